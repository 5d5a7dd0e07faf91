import { readUsage } from './usage';

const cases = JSON.stringify({
  '1001': [
    { type: 'pages', call_count: 10, total_cputime: 0, total_time: 0, estimated_time_to_regain_access: 0 },
    { type: 'messenger', call_count: 95, total_cputime: 20, total_time: 97, estimated_time_to_regain_access: 12 },
  ],
  '1002': [{ type: 'messenger', call_count: 100, estimated_time_to_regain_access: 60 }],
});

describe('readUsage', () => {
  it('takes the greatest share of each header, and of the Page only its own', () => {
    expect(
      readUsage(
        {
          'x-app-usage': '{"call_count":28,"total_time":25,"total_cputime":31}',
          'x-page-usage': '{"call_count":3}',
          'x-business-use-case-usage': cases,
        },
        '1001',
      ),
    ).toEqual({ app: 31, page: 97, regainMinutes: 12 });
  });

  it('counts every Page where it is not known whose call it was', () => {
    expect(readUsage({ 'x-business-use-case-usage': cases }, undefined)).toEqual({
      app: null,
      page: 100,
      regainMinutes: 60,
    });
  });

  it.each([
    '',
    'nonsense',
    '[]',
    '"x"',
    'null',
    '{"call_count":"many"}',
    '{"call_count":-1}',
    '{"1001":5}',
    '{"1001":[null,7]}',
  ])('reads the header %s as one that was not sent', (header) => {
    const headers = { 'x-app-usage': header, 'x-page-usage': header, 'x-business-use-case-usage': header };
    expect(readUsage(headers, '1001')).toEqual({ app: null, page: null, regainMinutes: 0 });
  });
});
