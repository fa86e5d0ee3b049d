import type { IconName } from './icons.ts';

/** An entry of a menu. */
export interface MenuItem {
  label: string;
  icon?: IconName;
  /** Cannot be undone: stands apart from the others, in red. */
  danger?: boolean;
  act(): void;
}
