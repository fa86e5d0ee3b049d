import type { Uploads } from '@parley/client/views';
import { type ComputedRef, type MaybeRefOrGetter, toValue } from 'vue';
import { useViews } from './provider.ts';
import { fieldRefs, useView } from './use-view.ts';

/** The uploads of a chat, as a Vue ref. */
export interface UploadsRefs extends Pick<Uploads, 'add'> {
  uploads: ComputedRef<Uploads['uploads']>;
}

/**
 * Returns the files that are uploaded and then sent to a chat, and the function `add`, which adds
 * files.
 */
export function useUploads(chat: MaybeRefOrGetter<number | undefined>): UploadsRefs {
  const views = useViews();
  const value = useView(() => views.uploads(toValue(chat)));
  return { ...fieldRefs(value, ['uploads']), add: (files, options) => value.value.add(files, options) };
}
