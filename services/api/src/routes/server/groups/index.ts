import { dissolveGroup } from './dissolve.ts';
import { getGroup, listGroupMembers } from './get.ts';
import { createServerInvitation, listServerInvitations, revokeServerInvitation } from './invitations.ts';
import { putGroupMember, removeGroupMember } from './members.ts';
import { listServerBans, putServerBan, putServerMute, removeServerBan, removeServerMute } from './moderation.ts';
import { putGroup } from './put.ts';

export const serverGroups = [
  putGroup,
  getGroup,
  dissolveGroup,
  listGroupMembers,
  putGroupMember,
  removeGroupMember,
  listServerBans,
  putServerBan,
  removeServerBan,
  putServerMute,
  removeServerMute,
  createServerInvitation,
  listServerInvitations,
  revokeServerInvitation,
];
