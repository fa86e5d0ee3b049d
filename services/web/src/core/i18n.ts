import { ref, watchEffect } from 'vue';
import { localStore } from './local-store.ts';

export const languages = { en: 'English', zh: '中文' } as const;

/** The language of the page: the one chosen, else the first of the browser's that there is. */
export const language = ref<Language>(read());

/** Chooses a language, for later visits too. */
export function setLanguage(chosen: Language): void {
  language.value = chosen;
  localStore.set('language', chosen);
}

/**
 * The words of a feature in the language of the page. Reading one in a template or computed follows the language.
 *
 * @param en strings, or functions that make them
 * @param zh the same in Chinese; the types see to it that none is missing
 */
export function defineStrings<Words extends Record<string, Word>>(en: Words, zh: Same<Words>): Words {
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
type Word = string | ((...values: any[]) => string);
type Same<Words> = { [Key in keyof Words]: Words[Key] extends string ? string : Words[Key] };
