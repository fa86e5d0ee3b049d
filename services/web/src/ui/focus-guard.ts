/** Elements that the focus can move to. */
const FOCUSABLE = 'a[href], button, input, select, textarea, summary, [tabindex]';
/** Elements that open the keyboard of a phone. */
const TEXT_FIELDS = 'textarea, input:not([type=checkbox], [type=radio], [type=range])';

/**
 * The element that has or last had the focus, and the surrounding elements, from the inside out.
 */
let trail: Step[] = [];
/** The last focused element of each page. */
const visited = new Map<string, HTMLElement>();

/**
 * Keeps the focus on the page: if the focused element is removed or disabled, the focus moves to
 * the nearest element that can have it. Otherwise the body would get the focus, and the next Tab
 * would start at the top of the page. Code that knows a better element must move the focus there
 * itself, in the same task as the change.
 *
 * @returns a function that stops it
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
 * Moves the focus if a new page hides the focused element: to the element of the new page that last
 * had the focus, otherwise to the nearest one.
 */
export function focusPage(from: string, to: string): void {
  const left = trail[0]?.element;
  if (left) visited.set(from, left);
  // Waits until the new page is rendered.
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

/** Forgets the focused element, because the user clicked elsewhere. */
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
 * Returns the first focusable element after a child of the parent, otherwise the last one before
 * that child.
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
 * Returns whether the focused element is disabled or hidden. The browser keeps it focused until it
 * renders.
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
  /** The element's index among the children of its parent. */
  index: number;
}
