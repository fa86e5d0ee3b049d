import type { IconName } from './icons.ts';

/** An entry of a menu. */
export interface MenuItem {
  label: string;
  icon?: IconName;
  /**
   * Whether the action cannot be undone. The menu shows such an item in red and separates it from
   * the others.
   */
  danger?: boolean;
  act(): void;
}
