import { listBansOf, putBan, removeBan } from './bans.ts';
import { create } from './create.ts';
import { dissolve } from './dissolve.ts';
import { get } from './get.ts';
import { createInvitation, listInvitationsOf, revokeInvitation } from './invitations.ts';
import { acceptJoinRequest, declineJoinRequestOf, listJoinRequests } from './join-requests.ts';
import { leave } from './leave.ts';
import { list } from './list.ts';
import { listMembersOf } from './list-members.ts';
import { putMute, removeMute } from './mutes.ts';
import { putMember } from './put-member.ts';
import { removeMember } from './remove-member.ts';
import { update } from './update.ts';
import { updateMemberOf } from './update-member.ts';

export const groups = [
  create,
  list,
  get,
  update,
  dissolve,
  listMembersOf,
  putMember,
  updateMemberOf,
  removeMember,
  listBansOf,
  putBan,
  removeBan,
  putMute,
  removeMute,
  createInvitation,
  listInvitationsOf,
  revokeInvitation,
  listJoinRequests,
  acceptJoinRequest,
  declineJoinRequestOf,
  leave,
];
