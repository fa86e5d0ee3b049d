/**
 * A value that changes over time and that a framework renders. `get` and `subscribe` do not use
 * `this`, so `useSyncExternalStore(view.subscribe, view.get)` works.
 */
export interface View<T> {
  /** Value before `connect`, after sign-out, and while a server renders pages. */
  readonly initial: T;
  /** Returns the current value. The reference stays the same until the value changes. */
  readonly get: () => T;
  /**
   * Adds a listener that is called after each change. Returns a function that removes the listener.
   */
  readonly subscribe: (listener: () => void) => () => void;
}

/** Creates a view whose value never changes. */
export function constantView<T>(value: T): View<T> {
  return { initial: value, get: () => value, subscribe: () => () => {} };
}

/** A view whose value is set by its owner. `set` calls the listeners before it returns. */
export class ValueView<T> implements View<T> {
  readonly initial: T;
  readonly #listeners: Listeners;
  #value: T;

  /** @param released called when the view has had no listener for a microtask */
  constructor(initial: T, released: () => void = () => {}) {
    this.initial = initial;
    this.#value = initial;
    this.#listeners = new Listeners(() => () => {}, released);
  }

  readonly get = (): T => this.#value;

  readonly subscribe = (listener: () => void): (() => void) => this.#listeners.add(listener);

  set(value: T): void {
    this.#value = value;
    this.#listeners.call();
  }
}

/**
 * A view whose value is read from the client. While it has listeners, it follows the client's
 * events and calls its listeners at most once per microtask.
 */
export class DerivedView<T> implements View<T> {
  readonly initial: T;
  readonly #source: ViewSource<T>;
  readonly #listeners: Listeners;
  #value: T;
  /** Last value of which the listeners were notified. */
  #notified: T;
  #stale = false;
  #scheduled = false;

  constructor(source: ViewSource<T>) {
    this.initial = source.initial;
    this.#value = source.initial;
    this.#notified = source.initial;
    this.#source = source;
    this.#listeners = new Listeners(() => {
      this.#stale = true;
      this.#notified = this.get();
      return source.follow(() => this.#invalidate());
    }, source.released);
  }

  readonly get = (): T => {
    if (this.#stale || this.#listeners.size === 0) this.#value = this.#source.read(this.#value);
    this.#stale = false;
    return this.#value;
  };

  readonly subscribe = (listener: () => void): (() => void) => this.#listeners.add(listener);

  #invalidate(): void {
    this.#stale = true;
    if (this.#scheduled) return;
    this.#scheduled = true;
    queueMicrotask(() => {
      this.#scheduled = false;
      const value = this.get();
      if (value === this.#notified) return;
      this.#notified = value;
      this.#listeners.call();
    });
  }
}

/** Source from which a derived view reads its value. */
export interface ViewSource<T> {
  initial: T;
  /** Returns the current value. If the value equals the last one, `before`, returns `before`. */
  read(before: T): T;
  /**
   * Starts to call `changed` whenever the value might have changed. Called when the view gets its
   * first listener. Returns a function that the view calls after its last listener has left.
   */
  follow(changed: () => void): () => void;
  /** Called when the view has had no listener for a microtask. */
  released?: (() => void) | undefined;
}

/** Listeners of a view. A function that was added twice is called twice. */
class Listeners {
  readonly #listeners = new Set<{ call: () => void }>();
  readonly #start: () => () => void;
  readonly #released: () => void;
  #stop = () => {};

  /**
   * @param start called when the first listener is added. The function that it returns is called
   * after the last listener was removed
   * @param released called when the view has had no listener for a microtask
   */
  constructor(start: () => () => void, released: () => void = () => {}) {
    this.#start = start;
    this.#released = released;
  }

  get size(): number {
    return this.#listeners.size;
  }

  add(call: () => void): () => void {
    const listener = { call };
    this.#listeners.add(listener);
    if (this.size === 1) this.#stop = this.#start();
    return () => {
      if (!this.#listeners.delete(listener) || this.size > 0) return;
      this.#stop();
      queueMicrotask(() => this.size === 0 && this.#released());
    };
  }

  call(): void {
    for (const { call } of [...this.#listeners]) call();
  }
}
