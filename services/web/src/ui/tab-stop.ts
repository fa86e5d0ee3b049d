import type { Directive } from 'vue';

/**
 * Directive that makes a list a single stop of the Tab key: the item that last had the focus,
 * otherwise the item of the current page, otherwise the first item. `moveByArrows` moves the focus
 * to the other items. The directive's value is the CSS selector of the items.
 */
export const vTabStop: Directive<HTMLElement, string> = {
  mounted(list, { value }) {
    list.addEventListener('focusin', ({ target }) => update(list, value, (target as HTMLElement).closest(value)));
    update(list, value);
  },
  updated: (list, { value }) => update(list, value),
};

function update(list: HTMLElement, selector: string, focused?: Element | null): void {
  const items = [...list.querySelectorAll<HTMLElement>(selector)];
  const isStop = (item: HTMLElement) => item.getAttribute('tabindex') === '0';
  const isCurrent = (item: HTMLElement) => item.ariaCurrent === 'page';
  const stop = focused ?? items.find(isStop) ?? items.find(isCurrent) ?? items[0];
  for (const item of items) item.tabIndex = item === stop ? 0 : -1;
}
