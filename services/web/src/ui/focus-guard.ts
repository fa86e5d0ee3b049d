/** Elements that can have the focus. */
const FOCUSABLE = 'a[href], button, input, select, textarea, summary, [tabindex]';
/** Elements whose focus opens the keyboard of a phone. */
const TEXT_FIELDS = 'textarea, input:not([type=checkbox], [type=radio], [type=range])';

/** The element that has or last had the focus, and then its parents from the inside out. */
let trail: Step[] = [];
/** Path of each page -> the element in it that last had the focus. */
const visited = new Map<string, HTMLElement>();

/**
 * Keeps the focus on the page. If the focused element is removed or disabled, moves the focus to
 * the nearest element that can have it. Without this, the body would get the focus, and the next
 * Tab would start at the top of the page. Code that knows a better element must focus it in the
 * same task as the change.
 *
 * @returns a function that stops the guard
 */
export function guardFocus(): () => void {
  let timer = 0;
  const observer = new MutationObserver(() => {
    if (timer || !trail[0] || isUsable(trail[0].element)) return;
    timer = window.setTimeout(() => {
      timer = 0;
      repair(isUsable);
    });
  });
  const ending = new AbortController();
  addEventListener('focusin', ({ target }) => follow(target as HTMLElement), ending);
  addEventListener('focusout', forget, ending);
  const options = { childList: true, subtree: true, attributes: true, attributeFilter: ['disabled'] };
  observer.observe(document.body, options);
  return () => {
    ending.abort();
    observer.disconnect();
    window.clearTimeout(timer);
  };
}

/**
 * Moves the focus if the new page `to` hides the focused element. The focus moves to the element of
 * the new page that last had it, otherwise to the nearest element.
 */
export function focusPage(from: string, to: string): void {
  const left = trail[0]?.element;
  if (left) visited.set(from, left);
  // Waits until Vue has rendered the new page.
  setTimeout(() => {
    if (!trail[0] || isVisible(trail[0].element)) return;
    const before = visited.get(to);
    if (isLost() && before && isVisible(before)) before.focus({ preventScroll: true });
    else repair(isVisible);
  });
}

function follow(element: HTMLElement): void {
  trail = [];
  for (let each: HTMLElement | null = element; each && each !== document.body; each = each.parentElement)
    trail.push({ element: each, index: [...(each.parentElement?.children ?? [])].indexOf(each) });
}

/**
 * Forgets the last focused element if the user has clicked outside of all elements that can have
 * the focus.
 */
function forget(): void {
  queueMicrotask(() => {
    if (document.activeElement === document.body && trail[0] && isUsable(trail[0].element)) trail = [];
  });
}

function repair(isStill: (element: HTMLElement) => boolean): void {
  const [focused, ...around] = trail;
  if (!focused || isStill(focused.element) || !isLost()) return;
  let { index } = focused;
  for (const { element, index: next } of around) {
    if (isVisible(element)) {
      const target = nearest(element, index) ?? (element.matches('[tabindex]') ? element : undefined);
      target?.focus({ preventScroll: true });
      if (document.activeElement === target) return;
    }
    index = next;
  }
}

/**
 * Returns the first focusable element at or after the child with this index, otherwise the last
 * focusable one in the parent.
 */
function nearest(parent: HTMLElement, index: number): HTMLElement | undefined {
  const candidates = [...parent.querySelectorAll<HTMLElement>(FOCUSABLE)].filter(
    (element) => element.tabIndex >= 0 && isVisible(element) && (canHover() || !element.matches(TEXT_FIELDS)),
  );
  const child = parent.children[index];
  const follows = (element: HTMLElement) =>
    child?.contains(element) ||
    Boolean((child?.compareDocumentPosition(element) ?? 0) & Node.DOCUMENT_POSITION_FOLLOWING);
  return candidates.find(follows) ?? candidates.at(-1);
}

/**
 * Returns whether the focus is lost: no element has it, or the element that had it is disabled or
 * hidden. The browser reports such an element as focused until it renders.
 */
function isLost(): boolean {
  const { activeElement } = document;
  return activeElement === null || activeElement === document.body || activeElement === trail[0]?.element;
}

function isUsable(element: HTMLElement): boolean {
  return element.isConnected && !(element as HTMLButtonElement).disabled;
}

function isVisible(element: HTMLElement): boolean {
  return isUsable(element) && element.checkVisibility();
}

function canHover(): boolean {
  return matchMedia('(hover: hover)').matches;
}

interface Step {
  element: HTMLElement;
  /** Index of the element among the children of its parent. */
  index: number;
}
