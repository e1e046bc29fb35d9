// Sends requests by the contract of a running smsweb, whole and broken, and
// holds each answer to it:
//
//   node fuzz.mjs http://127.0.0.1:8080 [REQUESTS [SECONDS [SEED]]]
//
// No connection may be lost; no answer is a 5xx but a 501 or 503 of the
// contract; each answer keeps to it; what does not keep to it is refused.
import http from 'node:http';
import fc from 'fast-check';

import { Contract } from './contract.mjs';
import { RequestMaker } from './requests.mjs';

const [url, count = '3000', seconds = '240', given] = process.argv.slice(2);
const seed = given === undefined ? Date.now() % 0x7fffffff : Number(given);
// A connection each: one that is kept may be let go of just as it is used.
const agent = new http.Agent({ keepAlive: false });
const tally = new Map();
// By where they stand in paths: what was made so far.
const ids = { message: [], batch: [], verification: [], inbox: [], sid: [] };

function send(method, target, headers, body) {
  return new Promise((resolve, reject) => {
    const request = http.request(
      url + target,
      { method, headers, agent, timeout: 30000 },
      (response) => {
        const pieces = [];
        response.on('data', (piece) => pieces.push(piece));
        response.on('error', reject);
        response.on('end', () =>
          resolve({
            status: response.statusCode,
            headers: response.headers,
            body: Buffer.concat(pieces),
          }),
        );
      },
    );
    request.on('timeout', () => request.destroy(new Error('no answer in 30 s')));
    request.on('error', reject);
    request.end(body);
  });
}

function kindOf(template) {
  if (template.startsWith('/v2/')) return 'sid';
  return Object.keys(ids).find((kind) => template.includes(kind)) ?? 'message';
}

function learn(template, answer) {
  if (answer.status > 202) return;
  let value;
  try {
    value = JSON.parse(answer.body);
  } catch {
    return;
  }
  const keep = (kind, id) => {
    if (id && ids[kind].length < 500) ids[kind].push(id);
  };
  for (const item of value.items ?? []) keep(kindOf(template), item.id);
  if (value.sid) keep('sid', value.sid);
  else if (value.batch) keep('batch', value.batch);
  else if (value.id && !template.includes('{')) keep(kindOf(template), value.id);
}

function segmentOf({ known, text }, name, template) {
  if (text !== undefined) return text;
  if (name === 'ServiceSid') return 'VA00000000000000000000000000000000';
  const pool = ids[kindOf(template)];
  return pool.length > 0 ? pool[known % pool.length] : '00000000-0000-7000-8000-000000000000';
}

// A text as a URL can have it; what is no Unicode can't be.
const encode = (text) =>
  encodeURIComponent(
    text.toWellFormed ? text.toWellFormed() : text.replace(/[\ud800-\udfff]/g, ''),
  );

function made({ operation, segments, query, header, body, twist }) {
  let path = operation.template;
  for (const [name, segment] of Object.entries(segments)) {
    path = path.replace(`{${name}}`, () => encode(segmentOf(segment, name, operation.template)));
  }
  path = path.replaceAll('%2F', '/') + (twist.suffix ?? '');
  const pairs = Object.entries(query).map(([name, value]) => `${encode(name)}=${encode(value)}`);
  const headers = {};
  for (const [name, value] of Object.entries(header)) headers[name] = value;
  if (twist.authorization !== undefined) headers.Authorization = twist.authorization;
  const media = twist.media ?? body.media;
  if (media) headers['Content-Type'] = media;
  let text = body.text === undefined ? undefined : Buffer.from(body.text);
  if (text && twist.cut !== undefined)
    text = text.subarray(0, Math.max(0, text.length - twist.cut));
  return {
    method: twist.method ?? operation.method,
    target: path + (pairs.length > 0 ? `?${pairs.join('&')}` : ''),
    headers,
    text,
  };
}

// As web servers hand it on; null: they refuse it, or make another of it.
function decoded(target) {
  try {
    const path = decodeURIComponent(target.split('?')[0]).replace(/\/{2,}/g, '/');
    return /\/\.\.?(\/|$)/.test(path) ? null : path;
  } catch {
    return null;
  }
}

// What of a request does not keep to the contract, so that it must be refused.
function wrongOf(contract, { operation, query, header, body, twist }) {
  if (twist.suffix !== undefined || twist.method !== undefined || twist.cut !== undefined)
    return null;
  if (body.schema && twist.media === undefined) {
    const fault = contract.fault(body.schema, body.value);
    if (fault) return `body: ${fault}`;
  }
  for (const parameter of operation.parameters) {
    const text = { query, header }[parameter.in]?.[parameter.name];
    if (text === undefined) continue;
    const schema = contract.resolve(parameter.schema);
    const value = schema.type === 'integer' && /^-?[0-9]{1,15}$/.test(text) ? Number(text) : text;
    // Spaces around a header's value are none of it, and a quoted key is unquoted.
    if (parameter.in === 'header') continue;
    const fault = contract.fault(parameter.schema, value);
    if (fault) return `${parameter.name}: ${fault}`;
  }
  return null;
}

const started = await send('GET', '/v1/openapi.json', {});
const contract = new Contract(JSON.parse(started.body));
const maker = new RequestMaker(contract);
console.log(`seed ${seed}: ${count} requests, ${seconds} s at the most`);
let sent = 0;
let before = 'nothing'; // what a kept connection may still suffer from

async function holds(request) {
  const { method, target, headers, text } = made(request);
  const shown =
    `${method} ${target} ${JSON.stringify(headers)} ${text === undefined ? '' : JSON.stringify(text.toString())}`.slice(
      0,
      3000,
    );
  let answer;
  try {
    answer = await send(method, target, headers, text);
  } catch (error) {
    // What node itself won't send is no fault of the server's.
    if (error.code === 'ERR_INVALID_CHAR' || error.code === 'ERR_UNESCAPED_CHARACTERS') return;
    throw new Error(`${shown}\n  got no answer: ${error.message}\n  before it: ${before}`);
  }
  ++sent;
  const key = `${request.operation.method} ${request.operation.template}`;
  if (!tally.has(key)) tally.set(key, new Map());
  tally.get(key).set(answer.status, (tally.get(key).get(answer.status) ?? 0) + 1);
  learn(request.operation.template, answer);
  const path = decoded(target);
  const breach = path === null ? null : contract.breach(method, path, answer);
  if (breach) {
    throw new Error(
      `${shown}\n  ${answer.status}: ${breach}\n  ${answer.body.toString().slice(0, 1000)}\n  before it: ${before}`,
    );
  }
  before = `${shown.slice(0, 500)} (${answer.status})`;
  const wrong = wrongOf(contract, request);
  if (wrong && answer.status < 400) {
    throw new Error(
      `${shown}\n  was taken (${answer.status}), though ${wrong}\n  ${answer.body.toString().slice(0, 1000)}`,
    );
  }
}

const outcome = await fc.check(fc.asyncProperty(maker.requests(), holds), {
  seed,
  numRuns: Number(count),
  interruptAfterTimeLimit: Number(seconds) * 1000,
  markInterruptAsFailure: false,
});
for (const [operation, statuses] of [...tally].sort()) {
  console.log(
    `${operation}: ${[...statuses]
      .sort((a, b) => a[0] - b[0])
      .map(([status, times]) => `${times} x ${status}`)
      .join(', ')}`,
  );
}
agent.destroy();
if (outcome.failed) {
  console.log(
    `FAILED after ${outcome.numRuns} requests; seed ${seed}, path ${outcome.counterexamplePath}`,
  );
  console.log(outcome.errorInstance?.stack ?? outcome.error ?? outcome);
  process.exit(1);
}
console.log(`${sent} answers keep to the contract${outcome.interrupted ? ' (time is over)' : ''}`);
