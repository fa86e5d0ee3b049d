import { expect, it } from 'vitest';
import { readReport } from './read-report.ts';

const report = `
==================================== ERRORS ====================================
_________________________________ GET /v1/poll _________________________________
Network Error

Read timed out after 10.00 seconds

=================================== FAILURES ===================================
______________________________ PATCH /v1/groups/{id} ___________________________
1. Test Case ID: AAAAA1

- ST202 Schema-valid request rejected

[400] Bad Request:

    \`{"detail":"name: Holds an invisible character"}\`

2. Test Case ID: AAAAA2

- Undocumented HTTP status code

[418] I'm a Teapot:

________________________________ POST /v1/users ________________________________
1. Test Case ID: AAAAA3

[400] Bad Request:

    \`{"detail":"password: Too easy to guess: use more words"}\`

_________________________________ POST /v1/media _______________________________
1. Test Case ID: AAAAA4

- ST203 Missing required header accepted

[412] Precondition Failed:

    \`{"status":412,"code":"bad-request","detail":"Tus-Resumable Required"}\`

2. Test Case ID: AAAAA5

- ST202 Schema-valid request rejected

[412] Precondition Failed:

    \`{"status":412,"code":"bad-request","detail":"Something else"}\`

________________________________ GET /v1/events ________________________________
1. Test Case ID: AAAAA6

- ST108 SSE event violates schema

    Event #0: {"data":"{}"} is not of type "string"

=================================== WARNINGS ===================================

Missing test data: 21 operations

=================================== SUMMARY ====================================

______________________________ not a finding ___________________________
`;

it('readReport returns only those findings of schemathesis that the README does not explain', () => {
  const { answered, faults } = readReport(report);
  expect(answered).toBe(4);
  expect(faults.map((fault) => fault.split('\n')[0])).toEqual([
    'GET /v1/poll',
    'PATCH /v1/groups/{id}',
    'POST /v1/media',
  ]);
  expect(faults.join('\n')).toContain('Read timed out');
  expect(faults.join('\n')).toContain('[418]');
  expect(faults.join('\n')).toContain('Something else');
  expect(faults.join('\n')).not.toContain('invisible');
});

it('readReport returns nothing for a report without findings', () => {
  expect(readReport('=== SUMMARY ===\n\n10 generated')).toEqual({ answered: 0, faults: [] });
});
