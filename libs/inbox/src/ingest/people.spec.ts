import { givenNameOf } from './people';

it.each([
  ['Hélène Tremblay', 'Hélène'],
  ['Byron, Ada', 'Ada'],
  ['  jean-luc  martin', 'jean-luc'],
  ['محمد الأمين', 'محمد'],
  ['no-reply', null],
  ['Service Clients', null],
  ['ada@example.org', null],
  ['4711 Shop', null],
  ['', null],
])('finds the name to say to "%s"', (name, given) => {
  expect(givenNameOf(name)).toBe(given);
});
