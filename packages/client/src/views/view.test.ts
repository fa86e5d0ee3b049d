import { describe, expect, it } from 'vitest';
import { DerivedView, ValueView } from './view.ts';

/** Creates a view of a number, and records how the view uses its source. */
function counter() {
  const state = { value: 0, follows: 0, reads: 0, released: 0, changed: () => {} };
  const view = new DerivedView<{ value: number }>({
    initial: { value: -1 },
    read: (before) => {
      state.reads += 1;
      return before.value === state.value ? before : { value: state.value };
    },
    follow: (changed) => {
      state.follows += 1;
      state.changed = changed;
      return () => {
        state.follows -= 1;
      };
    },
    released: () => {
      state.released += 1;
    },
  });
  return { state, view };
}

describe('a derived view', () => {
  it('whether or not it has listeners, a derived view returns the same reference until the value changes', () => {
    const { state, view } = counter();
    const first = view.get();
    expect(view.get()).toBe(first);
    view.subscribe(() => {});
    expect(view.get()).toBe(first);
    state.changed();
    expect(view.get()).toBe(first);
    state.value = 1;
    state.changed();
    expect(view.get()).toEqual({ value: 1 });
  });

  it('a derived view calls its listeners once for many changes, and does not call them if the value is equal', async () => {
    const { state, view } = counter();
    let calls = 0;
    view.subscribe(() => {
      calls += 1;
    });
    state.changed();
    await Promise.resolve();
    expect(calls).toBe(0);
    for (state.value = 1; state.value < 5; state.value += 1) state.changed();
    await Promise.resolve();
    expect(calls).toBe(1);
  });

  it('a derived view notifies its listeners of a change even if get() has already returned the new value', async () => {
    const { state, view } = counter();
    let seen = 0;
    view.subscribe(() => {
      seen = view.get().value;
    });
    state.value = 7;
    state.changed();
    expect(view.get().value).toBe(7);
    await Promise.resolve();
    expect(seen).toBe(7);
  });

  it('a derived view with a listener reads its source only after a change', () => {
    const { state, view } = counter();
    view.subscribe(() => {});
    const { reads } = state;
    view.get();
    view.get();
    expect(state.reads).toBe(reads);
  });

  it('a derived view follows its source while it has listeners, and calls `released` a microtask after the last one has left', async () => {
    const { state, view } = counter();
    const listener = () => {};
    const [first, second] = [view.subscribe(listener), view.subscribe(listener)];
    expect(state.follows).toBe(1);
    first();
    first();
    expect(state.follows).toBe(1);
    second();
    expect(state.follows).toBe(0);
    const remounted = view.subscribe(listener);
    await Promise.resolve();
    expect(state.released).toBe(0);
    remounted();
    await Promise.resolve();
    expect(state.released).toBe(1);
  });
});

describe('a value view', () => {
  it('a value view calls its listeners before `set` returns, and calls `released` after the last one has left', async () => {
    let released = 0;
    const view = new ValueView('', () => {
      released += 1;
    });
    const seen: string[] = [];
    const off = view.subscribe(() => seen.push(view.get()));
    view.set('a');
    expect(seen).toEqual(['a']);
    off();
    view.set('b');
    await Promise.resolve();
    expect([seen, released, view.get(), view.initial]).toEqual([['a'], 1, 'b', '']);
  });
});
