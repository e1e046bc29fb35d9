// Requests as values, made from the contract: those that keep to it, and those
// of which one thing is broken.
import fc from 'fast-check';

const FORM = 'application/x-www-form-urlencoded';

// What a schema alone would hardly ever hit on.
const NUMBERS = [
  '089610707901',
  '+6289610707901',
  '081234567890',
  '+62 812-3456-7891',
  '+6285612345678',
  '12',
  '+4915112345678',
  '+1 212 555 0100',
];
const LIKELY = {
  to: NUMBERS,
  rcpt: NUMBERS,
  To: NUMBERS,
  from: NUMBERS,
  text: ['hello', 'h\u00E4ll\u00F6 \u20AC', '\u6F22\u5B57', 'x'.repeat(200), '\u{1F600}'],
  msg: ['hello', '\u6F22\u5B57'],
  not_before: ['2020-01-01T00:00:00Z', '2999-01-01T00:00:00+07:00', '2026-12-24T02:00:00.5Z'],
  code: ['0000', '123 456', '12-34-56'],
  Code: ['0000', '123456'],
  locale: ['id', 'en', 'pt-BR', 'xx'],
  Locale: ['en'],
  template: ['default'],
  TemplateSid: ['default'],
  origin: ['example.com', 'https://example.com/x'],
  app_hash: ['FA+9qCX9VSu'],
  client_ip: ['203.0.113.7', '2001:db8::1'],
  DeviceIp: ['203.0.113.7'],
  modem: ['sim-1'],
  callback_url: ['', 'https://example.com/hook'],
  Tags: ['{"a":1}', '[]', '{'],
  Status: ['canceled', 'approved'],
};

const ODD_TEXTS = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 60 }),
  fc.constantFrom(
    '',
    '\u0000',
    'a\u0000b',
    '\r\nX: y',
    '\u007f',
    '\ud800',
    '\ufeff',
    '\u202e',
    "'; DROP TABLE message; --",
    '%',
    '%00',
    '..',
    '{"',
    '\u{10FFFF}',
  ),
  fc.integer({ min: 1, max: 5000 }).map((count) => 'x'.repeat(count)),
);

// To make more of what can then be asked about.
const OFTEN = ['sendMessages', 'startVerification', 'twilioStart'];

const ODD_VALUES = fc.oneof(
  ODD_TEXTS,
  fc.constantFrom(
    null,
    true,
    false,
    [],
    {},
    0,
    -1,
    1.5,
    1e300,
    -0,
    9223372036854775807,
    18446744073709551616,
    2147483648,
    [[]],
    { a: { b: [] } },
  ),
  fc.jsonValue({ maxDepth: 3 }),
);

// Records of what is required, and mostly little besides: the more is asked for,
// the likelier it is that some of it is refused.
function mostlyFew(fields, required) {
  const all = fc.record(fields, { requiredKeys: required });
  const names = Object.keys(fields);
  if (names.length === 0) return all;
  const few = fc
    .tuple(all, fc.constantFrom(...names))
    .map(([record, one]) =>
      Object.fromEntries(
        Object.entries(record).filter(([name]) => name === one || required.includes(name)),
      ),
    );
  return fc.oneof({ weight: 3, arbitrary: few }, { weight: 1, arbitrary: all });
}

export class RequestMaker {
  constructor(contract) {
    this.contract = contract;
  }

  // Values that keep to a schema.
  fitting(schema, name = '') {
    const arbitraries = [];
    const plain = this.contract.resolve(schema);
    if (name in LIKELY) {
      arbitraries.push({ weight: 4, arbitrary: fc.constantFrom(...LIKELY[name]) });
    }
    arbitraries.push({ weight: 1, arbitrary: this.byType(plain, name) });
    return fc.oneof(...arbitraries);
  }

  byType(schema, name) {
    if (schema.$ref) return this.fitting({ $ref: schema.$ref }, name);
    if ('const' in schema) return fc.constant(schema.const);
    if (schema.enum) return fc.constantFrom(...schema.enum);
    const some = schema.anyOf ?? schema.oneOf;
    if (some) return fc.oneof(...some.map((one) => this.fitting(one, name)));
    const types = [schema.type ?? 'string'].flat();
    return fc.oneof(...types.map((type) => this.ofType(type, schema, name)));
  }

  ofType(type, schema, name) {
    switch (type) {
      case 'null':
        return fc.constant(null);
      case 'boolean':
        return fc.boolean();
      case 'integer':
        return fc.integer({ min: schema.minimum ?? -1e9, max: schema.maximum ?? 1e9 });
      case 'array':
        return fc.array(this.fitting(schema.items, name), {
          minLength: schema.minItems ?? 0,
          maxLength: 5,
        });
      case 'object':
        return schema.properties
          ? this.object(schema)
          : fc.dictionary(fc.string({ maxLength: 8 }), fc.jsonValue({ maxDepth: 1 }), {
              maxKeys: 3,
            });
      default:
        if (schema.pattern)
          return fc
            .stringMatching(new RegExp(schema.pattern))
            .filter((text) => text.length <= (schema.maxLength ?? 200));
        return fc.string({
          minLength: schema.minLength ?? 0,
          maxLength: Math.min(schema.maxLength ?? 60, 60),
          unit: 'grapheme',
        });
    }
  }

  object(schema) {
    // With a key that is none, nothing else is looked at.
    const fields = Object.fromEntries(
      Object.entries(schema.properties)
        .filter(([name]) => name !== 'key')
        .map(([name, field]) => [name, this.fitting(field, name)]),
    );
    return mostlyFew(fields, schema.required ?? []);
  }

  // An object of which one field is broken, whatever the schema says of it.
  broken(schema) {
    const names = Object.keys(schema.properties);
    return fc
      .tuple(
        this.object(schema),
        fc.oneof(
          fc.record({ drop: fc.constantFrom(...names) }),
          fc.record({ name: fc.constantFrom(...names), value: ODD_VALUES }),
          fc.record({
            name: fc.oneof(ODD_TEXTS, fc.constantFrom('__proto__', 'To ', 'TO')),
            value: ODD_VALUES,
          }),
        ),
      )
      .map(([fields, change]) => {
        const copy = new Map(Object.entries(fields));
        if ('drop' in change) copy.delete(change.drop);
        else copy.set(change.name, change.value);
        return Object.fromEntries(copy);
      });
  }

  // { media, text, value }: as it is sent, and what the schema is held against.
  body(operation) {
    const medias = Object.entries(operation.bodies);
    if (medias.length === 0) return fc.constant({});
    return fc.oneof(
      ...medias.map(([media, { schema }]) => {
        const plain = this.contract.resolve(schema);
        if (media === 'application/json') {
          return fc
            .oneof(
              { weight: 5, arbitrary: this.object(plain) },
              { weight: 5, arbitrary: this.broken(plain) },
              { weight: 1, arbitrary: fc.jsonValue() },
            )
            .map((value) => ({
              media,
              schema,
              text: JSON.stringify(value),
              value: JSON.parse(JSON.stringify(value)),
            }));
        }
        if (media === FORM) {
          return fc
            .oneof(
              { weight: 5, arbitrary: this.object(plain) },
              { weight: 5, arbitrary: this.broken(plain) },
            )
            .map((value) => {
              const texts = Object.fromEntries(
                Object.entries(value).map(([name, field]) => [
                  name,
                  typeof field === 'string'
                    ? (field.toWellFormed?.() ?? field)
                    : JSON.stringify(field),
                ]),
              );
              return { media, schema, text: new URLSearchParams(texts).toString(), value: texts };
            });
        }
        return this.lines(media).map((text) => ({ media, text }));
      }),
    );
  }

  lines(media) {
    const message = this.contract.document.components.schemas.MessageOrder;
    const whole = fc.array(
      fc.oneof(
        { weight: 3, arbitrary: this.object(message) },
        { weight: 1, arbitrary: this.broken(message) },
      ),
      { maxLength: 6 },
    );
    if (media !== 'text/csv') {
      return fc.oneof(
        {
          weight: 5,
          arbitrary: whole.map((list) => list.map((one) => `${JSON.stringify(one)}\n`).join('')),
        },
        { weight: 1, arbitrary: ODD_TEXTS },
      );
    }
    const cell = (value) => {
      const text =
        value === undefined ? '' : typeof value === 'string' ? value : JSON.stringify(value);
      return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
    };
    return fc.oneof(
      {
        weight: 5,
        arbitrary: fc
          .tuple(whole, fc.subarray(Object.keys(message.properties), { minLength: 1 }))
          .map(
            ([list, columns]) =>
              [
                columns.join(','),
                ...list.map((one) => columns.map((name) => cell(one[name])).join(',')),
              ].join('\n') + '\n',
          ),
      },
      { weight: 1, arbitrary: ODD_TEXTS },
    );
  }

  // { name: text }, of the query or the header; a few are broken.
  parameters(operation, place) {
    const known = operation.parameters.filter((one) => one.in === place);
    const fields = Object.fromEntries(
      known.map((one) => [
        one.name,
        fc.oneof(
          { weight: 4, arbitrary: this.fitting(one.schema, one.name).map(String) },
          { weight: 1, arbitrary: place === 'header' ? fc.string({ maxLength: 300 }) : ODD_TEXTS },
        ),
      ]),
    );
    const required = known.filter((one) => one.required).map((one) => one.name);
    const record = mostlyFew(fields, required);
    if (place !== 'query') return record;
    return fc.oneof(
      { weight: 6, arbitrary: record },
      {
        weight: 1,
        arbitrary: fc
          .tuple(record, fc.string({ maxLength: 10 }), ODD_TEXTS)
          .map(([more, name, value]) => ({ ...more, [name]: value })),
      },
    );
  }

  segments(operation) {
    const known = operation.parameters.filter((one) => one.in === 'path');
    return fc.record(
      Object.fromEntries(
        known.map((one) => [
          one.name,
          fc.oneof(
            { weight: 6, arbitrary: fc.nat(1000).map((known) => ({ known })) },
            { weight: 1, arbitrary: fc.uuid().map((text) => ({ text })) },
            { weight: 1, arbitrary: fc.constantFrom(...NUMBERS).map((text) => ({ text })) },
            { weight: 1, arbitrary: ODD_TEXTS.map((text) => ({ text: text.slice(0, 1000) })) },
          ),
        ]),
      ),
    );
  }

  request(operation) {
    return fc.record({
      operation: fc.constant(operation),
      segments: this.segments(operation),
      query: this.parameters(operation, 'query'),
      header: this.parameters(operation, 'header'),
      body: this.body(operation),
      twist: fc.oneof(
        { weight: 20, arbitrary: fc.constant({}) },
        {
          weight: 1,
          arbitrary: fc.record({
            media: fc.constantFrom(
              '',
              'text/plain',
              'application/xml',
              'application/json;charset=x',
              FORM,
              'text/csv',
              'application/jsonx',
              'Application/JSON',
            ),
          }),
        },
        {
          weight: 1,
          arbitrary: fc.record({
            method: fc.constantFrom(
              'GET',
              'HEAD',
              'POST',
              'PUT',
              'PATCH',
              'DELETE',
              'OPTIONS',
              'PROPFIND',
            ),
          }),
        },
        {
          weight: 1,
          arbitrary: fc.record({
            suffix: fc.oneof(
              fc.constantFrom(
                '/',
                '/x',
                '//',
                '/checks',
                '%00',
                '%2F',
                '/%2e%2e',
                '%FF',
                ':import',
                ';x',
              ),
              ODD_TEXTS.map((text) =>
                encodeURIComponent(text.toWellFormed?.() ?? '').slice(0, 500),
              ),
            ),
          }),
        },
        { weight: 1, arbitrary: fc.record({ cut: fc.nat(20) }) },
        {
          weight: 1,
          arbitrary: fc.record({
            authorization: fc.oneof(
              fc.constantFrom(
                'Bearer x',
                'Bearer ',
                'Basic ',
                'Basic !!',
                `Basic ${btoa('a:b')}`,
                `Bearer smsweb_${'A'.repeat(43)}`,
                'Digest x',
              ),
              fc.string({ maxLength: 100 }),
            ),
          }),
        },
      ),
    });
  }

  requests() {
    return fc.oneof(
      ...this.contract.operations.map((operation) => ({
        weight: OFTEN.includes(operation.id) ? 4 : 1,
        arbitrary: this.request(operation),
      })),
    );
  }
}
