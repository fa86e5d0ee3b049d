import { content } from './content.ts';
import { create, discover } from './create.ts';
import { info } from './info.ts';
import { cancel, progress, resume } from './resume.ts';
import { thumbnail } from './thumbnail.ts';
import { url } from './url.ts';

export const media = [create, discover, progress, resume, cancel, content, thumbnail, info, url];
