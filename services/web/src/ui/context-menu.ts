/** Ms after which a touch counts as a long press. */
const LONG_PRESS_MS = 450;

/**
 * Returns listeners that open the menu of an element by right click, menu key and long press. After
 * a long press, they suppress the click that follows, and the `contextmenu` event that some phones
 * send.
 *
 * @param open receives the position in the browser window
 */
export function contextMenu(open: (at: { x: number; y: number }) => void) {
  let timer = 0;
  let touching = false;
  let fired = false;
  const fire = (at: { x: number; y: number }) => {
    window.clearTimeout(timer);
    if (touching && fired) return;
    fired = true;
    open(at);
  };
  const cancel = () => window.clearTimeout(timer);
  return {
    contextmenu: (event: MouseEvent) => {
      // With a mouse, shows the browser's own menu for selected text and for a link inside the
      // element.
      const link = (event.target as HTMLElement).closest('a');
      const isInside = link !== null && link !== event.currentTarget;
      if (!touching && (isInside || !getSelection()?.isCollapsed)) return;
      event.preventDefault();
      const byKeyboard = event.clientX === 0 && event.clientY === 0;
      const { left, bottom } = (event.currentTarget as HTMLElement).getBoundingClientRect();
      fire(byKeyboard ? { x: left + 48, y: bottom } : { x: event.clientX, y: event.clientY });
    },
    touchstart: (event: TouchEvent) => {
      cancel();
      const [touch] = event.touches;
      touching = true;
      fired = false;
      if (!touch || event.touches.length > 1) return;
      const at = { x: touch.clientX, y: touch.clientY };
      timer = window.setTimeout(() => fire(at), LONG_PRESS_MS);
    },
    touchmove: cancel,
    touchend: (event: TouchEvent) => {
      cancel();
      if (fired) event.preventDefault();
      touching = false;
    },
    touchcancel: () => {
      cancel();
      touching = false;
    },
  };
}
