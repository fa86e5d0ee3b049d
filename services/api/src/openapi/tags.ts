/** The tags that group operations in the OpenAPI document, in reading order. */
export const tags = [
  { name: 'Accounts', description: 'Registration, sessions, and the profile and data of the signed-in user' },
  { name: 'People', description: 'Other users' },
  { name: 'Friends', description: 'Friends, friend requests and friend groups' },
  { name: 'Blocks', description: 'Users who cannot write to the signed-in user' },
  { name: 'Reports', description: 'What people report to the moderators' },
  { name: 'Chats', description: 'Chats, their messages, and search' },
  { name: 'Groups', description: 'Groups and their members' },
  { name: 'Media', description: 'Uploads by the tus protocol, downloads, thumbnails' },
  { name: 'Push', description: 'Notifications to browsers' },
  { name: 'Gateway', description: 'Events and frames without a WebSocket, served by the gateways' },
  { name: 'Server', description: 'For the server of your product, with an API key' },
  { name: 'LayIM', description: 'What an unchanged LayIM front end calls' },
  { name: 'Health', description: 'Liveness, readiness, metrics' },
];
