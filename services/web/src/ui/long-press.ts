/** Ms for which a finger rests. */
const LONG = 450;

/** Listeners for an element on which a finger that rests means what a right click means. */
export function useLongPress(pressed: (at: { x: number; y: number }) => void) {
  let timer = 0;
  const end = () => window.clearTimeout(timer);
  return {
    touchstart: (event: TouchEvent) => {
      const [touch] = event.touches;
      end();
      if (!touch || event.touches.length > 1) return;
      const at = { x: touch.clientX, y: touch.clientY };
      timer = window.setTimeout(() => pressed(at), LONG);
    },
    touchmove: end,
    touchend: end,
    touchcancel: end,
  };
}
