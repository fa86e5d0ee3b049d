import type { ApiConfig } from '../config.ts';
import { fieldRefusal } from './refusal.ts';

/**
 * Refuses an avatar at a host that is not in `AVATAR_HOSTS`: the devices of all users who see it
 * would connect to that host. Uploads of this server are always accepted.
 */
export function checkAvatar({ avatarHosts }: Pick<ApiConfig, 'avatarHosts'>, avatar: string | null | undefined): void {
  if (!avatar || avatar.startsWith('/') || avatarHosts.includes('*')) return;
  const host = URL.canParse(avatar) ? new URL(avatar).hostname : '';
  if (!avatarHosts.includes(host))
    throw fieldRefusal('bad-request', 'avatar', 'Images of this host are not accepted. Upload the image.');
}
