/**
 * Words that the style guide rules out, each with a hint what to write instead. `in` limits a rule
 * to some kinds of prose. Default: all kinds.
 *
 * @type {{ words: RegExp, instead: string, in?: ('comment' | 'title' | 'markdown')[] }[]}
 */
export const ruledOut = [
  { words: /\bwho(m|mever|ever)\b/i, instead: 'name who acts: the client, the sender, the member' },
  { words: /\b(is|are|was|were|be|been|being|gets?|got) told\b/i, instead: 'receives, is notified' },
  { words: /\b(tells|telling|told)\b/i, instead: 'reports, returns, notifies' },
  { words: /\banew\b/i, instead: 'again, a new …' },
  { words: /\bmeanwhile\b/i, instead: 'a noun: during the read' },
  { words: /\bunless (it is |one is )?given\b/i, instead: 'Default: …' },
  { words: /\bwhen absent\b/i, instead: 'Default: …' },
  { words: /\b(hears|heard)\b/i, instead: 'receives, subscribes' },
  { words: /\bbears? (repeating|being|clocks|that)\b/i, instead: 'is idempotent: …' },
  { words: /\bthere is no such\b/i, instead: 'not found' },
  { words: /\b(that|which|it) is none\b/i, instead: 'is invalid, is not a …' },
  { words: /\bare had\b|\bto be had\b|\bcan be had\b/i, instead: 'is available' },
  { words: /\bnone (the )?less\b/i, instead: 'no-op if it does not exist' },
  { words: /\bunder way\b/i, instead: 'in flight, in progress' },
  {
    words: /\bthence\b|\bthereof\b|\bhence\b|\btherein\b|\bwherein\b|\bin vain\b|\bhitherto\b/i,
    instead: 'plain words',
  },
  { words: /\basks? for\b|\basked for\b/i, instead: 'requests, queries, requires', in: ['comment', 'title'] },
  { words: /\banswers\b/i, instead: 'returns, responds with, replies', in: ['comment', 'title'] },
  { words: /\bgives(?! up)\b|\bgave(?! up)\b/i, instead: 'returns, provides, assigns', in: ['comment', 'title'] },
  { words: /\b(says|said)\b/i, instead: 'reports, states, returns', in: ['comment', 'title'] },
  { words: /\blooks(?! up)\b/i, instead: 'reads, checks, searches', in: ['comment', 'title'] },
  {
    words:
      /\btakes(?! (effect|over|place|up to|about|at (most|least)|longer|less|more|part|seconds|too long|\d|a (second|minute|while|moment)))\b/i,
    instead: 'accepts, acquires, reads',
    in: ['comment', 'title'],
  },
  { words: /\bsuch as is\b|\bas it were\b|\bso to (say|speak)\b/i, instead: 'leave it out' },
  { words: /\bnothing is (said|told|lost of)\b/i, instead: 'name what is not reported' },
];

/**
 * Places in which a ruled-out word is correct, because it is a quotation, a name or a term of the
 * field.
 */
export const exceptions = [
  { file: /^packages\/client\/src\/emoji/, words: /./ },
  // `said` is the name of a parameter in this file.
  { file: /media\/sniff\.ts$/, words: /^said$/ },
];
