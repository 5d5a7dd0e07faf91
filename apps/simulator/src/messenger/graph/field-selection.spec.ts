import { fieldSelection } from './field-selection';

describe('the selection of fields', () => {
  it('reads names, limits and what is asked inside', () => {
    expect(fieldSelection('id,messages.limit(20){id,from},updated_time')).toEqual([
      { name: 'id', fields: [] },
      {
        name: 'messages',
        limit: 20,
        fields: [
          { name: 'id', fields: [] },
          { name: 'from', fields: [] },
        ],
      },
      { name: 'updated_time', fields: [] },
    ]);
  });

  it.each(['id,', 'id{', 'id}', 'messages.limit(20{id}', 'a{b{c{d{e{f{g}}}}}}', Array(300).fill('id').join(',')])(
    'refuses %s',
    (text) => {
      expect(() => fieldSelection(text)).toThrow('#100');
    },
  );
});
