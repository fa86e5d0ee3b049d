// Functions that run inside the page. They are sent to the browser as source code, so they can use
// nothing outside of their own bodies.

/**
 * Clicks chats one after the other. Returns for each chat the ms from the click until the chat is
 * painted.
 */
export async function switchChats(chats: number[]): Promise<number[]> {
  const painted = () =>
    new Promise<void>((resolve) =>
      requestAnimationFrame(() => {
        // The next task runs only after the browser has painted the frame.
        setTimeout(resolve);
      }),
    );
  const times: number[] = [];
  for (const chat of chats) {
    const link = document.querySelector(`a[href="/chats/${chat}"]`);
    const name = link?.querySelector('.title')?.textContent;
    const began = performance.now();
    link?.click();
    do await painted();
    while (document.querySelector('header h1')?.textContent !== name || !document.querySelector('.bubble'));
    times.push(performance.now() - began);
    // Waits until the chat has loaded its further messages.
    await new Promise((resolve) => setTimeout(resolve, 150));
  }
  return times;
}

/** Scrolls up by 100 pixels per frame for `duration` ms. */
export async function scrollUp(duration: number): Promise<{ frames: number[]; dropped: number; longTasks: number }> {
  const list = document.querySelector('.scroller') as PageElement;
  let longTasks = 0;
  const observer = new PerformanceObserver((entries) => {
    longTasks += entries.getEntries().length;
  });
  observer.observe({ entryTypes: ['longtask' as never] });
  const frames: number[] = [];
  const until = performance.now() + duration;
  let before = await new Promise<number>(requestAnimationFrame);
  while (before < until) {
    list.scrollBy(0, -100);
    const now = await new Promise<number>(requestAnimationFrame);
    frames.push(now - before);
    before = now;
  }
  observer.disconnect();
  return { frames, dropped: frames.filter((ms) => ms > 25).length, longTasks };
}

/** Scrolls up as fast as messages load, until a text is visible. */
export async function scrollToTop(text: string): Promise<{ took: number; heap: number }> {
  const list = document.querySelector('.scroller') as PageElement;
  const began = performance.now();
  const found = () =>
    [...document.querySelectorAll('.bubble .text')].some((each) => each.textContent?.startsWith(text));
  while (!found()) {
    if (performance.now() - began > 180_000) throw new Error('The first message was not reached');
    list.scrollBy(0, -20_000);
    await new Promise(requestAnimationFrame);
  }
  const { usedJSHeapSize = 0 } = (performance as { memory?: { usedJSHeapSize: number } }).memory ?? {};
  return { took: performance.now() - began, heap: usedJSHeapSize };
}

// The part of the browser's API that these functions use. This file's compiler settings have no
// browser types.
declare const document: {
  querySelector(selector: string): PageElement | null;
  querySelectorAll(selector: string): Iterable<PageElement>;
};
declare function requestAnimationFrame(call: (now: number) => void): number;

interface PageElement {
  textContent: string | null;
  querySelector(selector: string): PageElement | null;
  click(): void;
  scrollBy(x: number, y: number): void;
}
