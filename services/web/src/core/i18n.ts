import { ref, watchEffect } from 'vue';
import { localStore } from './local-store.ts';

export const languages = { en: 'English', zh: '中文' } as const;

/**
 * The language of the interface: the one that the user chose, otherwise the first of the browser's
 * preferred languages that the client supports.
 */
export const language = ref<Language>(read());

/** Sets the language of the interface, also for later visits of the page. */
export function setLanguage(chosen: Language): void {
  language.value = chosen;
  localStore.set('language', chosen);
}

/**
 * Defines the texts of a feature in both languages. Templates and computed values that use a text
 * are updated when the language changes.
 *
 * @param en English texts, or functions that return them
 * @param zh the same texts in Chinese. The compiler rejects a missing text
 */
export function defineStrings<Strings extends Record<string, Text>>(en: Strings, zh: Translated<Strings>): Strings {
  const all = { en, zh };
  return new Proxy(en, { get: (_, key) => all[language.value][key as string] });
}

watchEffect(() => {
  document.documentElement.lang = language.value === 'zh' ? 'zh-CN' : 'en';
});

function read(): Language {
  const names = [localStore.get('language'), ...(navigator.languages ?? [navigator.language])];
  for (const name of names) {
    const short = name?.slice(0, 2).toLowerCase();
    if (short === 'en' || short === 'zh') return short;
  }
  return 'en';
}

export type Language = keyof typeof languages;

// biome-ignore lint/suspicious/noExplicitAny: each function has parameters of its own.
type Text = string | ((...values: any[]) => string);
type Translated<Strings> = { [Key in keyof Strings]: Strings[Key] extends string ? string : Strings[Key] };
