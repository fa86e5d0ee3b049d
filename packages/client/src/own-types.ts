import type { Group as AnyGroup } from '@parley/protocol';

/**
 * Types of an app's own data. An app adds its own by module augmentation:
 *
 * ```ts
 * declare module '@parley/client' {
 *   interface ParleyTypes {
 *     message: { priority?: 'high' };
 *     group: { room: number };
 *   }
 * }
 * ```
 */
// biome-ignore lint/suspicious/noEmptyInterface: apps add members
export interface ParleyTypes {}

/** `custom` of a message: `message` of `ParleyTypes`, any JSON object by default. */
export type MessageCustom = CustomOf<'message'>;

/** `custom` of a group: `group` of `ParleyTypes`, any JSON object by default. */
export type GroupCustom = CustomOf<'group'>;

/** A group as a member sees it. */
export interface Group extends Omit<AnyGroup, 'custom'> {
  /** Data of the app. */
  custom?: GroupCustom | undefined;
}

type CustomOf<Name extends string> = ParleyTypes extends Record<Name, infer Type> ? Type : Record<string, unknown>;
