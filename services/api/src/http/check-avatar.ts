import type { ApiConfig } from '../config.ts';
import { fieldRefusal } from './refusal.ts';

/**
 * Refuses an avatar URL whose host is not in `AVATAR_HOSTS`, because the devices of all users who
 * see the avatar connect to that host. Always accepts uploads to this server.
 */
export function checkAvatar({ avatarHosts }: Pick<ApiConfig, 'avatarHosts'>, avatar: string | null | undefined): void {
  if (!avatar || avatar.startsWith('/') || avatarHosts.includes('*')) return;
  const host = URL.canParse(avatar) ? new URL(avatar).hostname : '';
  if (!avatarHosts.includes(host))
    throw fieldRefusal('bad-request', 'avatar', 'Images of this host are not accepted. Upload the image.');
}
