import { readFile } from 'node:fs/promises';
import { pathToFileURL } from 'node:url';
import type { Installed } from './installed.ts';

/**
 * Simulates the parts of a browser that the script of an example page uses: elements with ids, and
 * forms.
 */
export class StandInPage {
  readonly #elements = new Map<string, StandInElement>();
  readonly #before: [string, unknown][];
  #close = async () => {};

  private constructor(globals: Record<string, unknown>) {
    this.#before = Object.keys(globals).map((name) => [name, (globalThis as Record<string, unknown>)[name]]);
    Object.assign(globalThis, globals);
  }

  /** Runs the module script of an HTML page with the installed SDK. */
  static async open(installed: Installed, file: string, origin: string): Promise<StandInPage> {
    const html = await readFile(file, 'utf8');
    const script = /<script type="module">([\s\S]*)<\/script>/.exec(html)?.[1] ?? '';
    const elements = [...html.matchAll(/ id="([^"]+)"/g)].map(([, id]) => id as string);
    const page: StandInPage = new StandInPage({
      location: { origin, search: '' },
      FormData: class {
        constructor(form: StandInElement) {
          // biome-ignore lint/correctness/noConstructorReturn: its entries are all that is read of it.
          return Object.entries(form.values);
        }
      },
      document: {
        getElementById: (id: string) => page.#elements.get(id),
        createElement: () => new StandInElement(),
        addEventListener: () => {},
      },
    });
    for (const id of elements) page.#elements.set(id, new StandInElement());
    const module = await installed.write('page.js', `${script}\nexport { parley };`);
    const { parley } = await import(/* @vite-ignore */ pathToFileURL(module).href);
    page.#close = () => parley.close();
    return page;
  }

  /** Fills in a form and submits it. */
  async submit(id: string, values: Record<string, string>): Promise<void> {
    const form = this.#elements.get(id) as StandInElement;
    form.values = values;
    await form.listener({ target: form, preventDefault: () => {} });
  }

  text(id: string): string {
    return this.#elements.get(id)?.textContent ?? '';
  }

  lines(id: string): string[] {
    return this.#elements.get(id)?.children.map(({ textContent }) => textContent) ?? [];
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#close();
    Object.assign(globalThis, Object.fromEntries(this.#before));
  }
}

class StandInElement {
  textContent = '';
  children: StandInElement[] = [];
  values: Record<string, string> = {};
  listener: (event: unknown) => unknown = () => {};

  addEventListener(_name: string, listener: (event: unknown) => unknown): void {
    this.listener = listener;
  }

  replaceChildren(...children: StandInElement[]): void {
    this.children = children;
  }

  reset(): void {
    this.values = {};
  }
}
