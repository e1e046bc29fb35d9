// The contract as the fuzzer sees it: what may be asked, and whether an answer
// keeps to it. The rules are those of ../contract.py.
import Ajv2020 from 'ajv/dist/2020.js';

const METHODS = ['get', 'put', 'post', 'delete', 'options', 'head', 'patch', 'trace'];

export class Contract {
  constructor(document) {
    this.document = document;
    this.components = document.components.responses;
    // Keywords that are OpenAPI's, and formats, say nothing here.
    this.ajv = new Ajv2020({ strict: false, validateFormats: false });
    this.ajv.addSchema({ $id: 'contract', components: document.components });
    this.compiled = new Map();
    this.templates = Object.keys(document.paths)
      .map((template) => ({
        template,
        pattern: new RegExp(
          `^${template
            .split(/\{\w+\}/)
            .map(escape)
            .join('(.*)')}$`,
          's',
        ),
        open: template.split('{').length,
      }))
      .sort((a, b) => a.open - b.open || b.template.length - a.template.length);
    this.operations = this.listOperations();
  }

  resolve(node) {
    while (node && typeof node === 'object' && node.$ref && Object.keys(node).length === 1) {
      node = node.$ref
        .slice(2)
        .split('/')
        .reduce((at, name) => at[name.replaceAll('~1', '/').replaceAll('~0', '~')], this.document);
    }
    return node;
  }

  listOperations() {
    const found = [];
    for (const [template, item] of Object.entries(this.document.paths)) {
      for (const method of METHODS.filter((name) => name in item)) {
        const parameters = [...(item.parameters ?? []), ...(item[method].parameters ?? [])].map(
          (parameter) => this.resolve(parameter),
        );
        found.push({
          id: item[method].operationId,
          method: method.toUpperCase(),
          template,
          parameters,
          bodies: item[method].requestBody?.content ?? {},
          responses: item[method].responses,
          noHead: item[method]['x-no-head'] ?? false,
        });
      }
    }
    return found;
  }

  // Why a value does not keep to a schema; null: it does.
  fault(schema, value) {
    const key = JSON.stringify(schema);
    if (!this.compiled.has(key)) {
      this.compiled.set(
        key,
        this.ajv.compile(JSON.parse(key.replaceAll('"#/components/', '"contract#/components/'))),
      );
    }
    const validate = this.compiled.get(key);
    return validate(value) ? null : this.ajv.errorsText(validate.errors).slice(0, 500);
  }

  templateOf(path) {
    return this.templates.find(({ pattern }) => pattern.test(path))?.template;
  }

  // What may be answered, by status.
  responsesTo(method, path) {
    const template = this.templateOf(path);
    const twilio = path.startsWith('/v2/');
    const shared = (name, ours) => this.components[twilio ? `Twilio${name}` : (ours ?? name)];
    const before = {
      400: shared('Invalid', 'BodyCutShort'),
      401: shared('Unauthorized'),
      403: shared('Forbidden'),
      413: shared('TooLarge'),
      500: shared('Internal'),
      501: shared('Off', 'VerificationsOff'),
      503: shared('Unavailable'),
    };
    if (!template) return { statuses: { ...before, 404: shared('NotFound') } };
    const known = this.operations.filter((operation) => operation.template === template);
    const operation = known.find(
      (one) => one.method === method || (method === 'HEAD' && one.method === 'GET' && !one.noHead),
    );
    if (operation) return { statuses: operation.responses };
    const none = known.find((one) => one.responses[404])?.responses[404];
    return {
      statuses: { ...before, 405: shared('MethodNotAllowed'), ...(none ? { 404: none } : {}) },
      allowed: known
        .map((one) => one.method)
        .sort()
        .join(', '),
    };
  }

  // What is wrong with an answer; null: nothing.
  breach(method, path, answer) {
    const media = (answer.headers['content-type'] ?? '').split(';')[0].trim();
    const problem = media === 'application/problem+json';
    if (!problem && media !== 'application/json') {
      // The web server's own: it has refused what is no HTTP, or too long.
      return answer.status >= 400 && answer.status < 500
        ? null
        : `${answer.status} of a web server (${media})`;
    }
    let value = null;
    if (method !== 'HEAD') {
      try {
        value = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(answer.body));
      } catch (error) {
        return `no JSON: ${error.message}`;
      }
    }
    if (problem && value && !('detail' in value)) {
      return answer.status === 413
        ? this.fault({ $ref: '#/components/schemas/WebServerProblem' }, value)
        : `${answer.status} of the web server: ${value.code}`;
    }
    const { statuses, allowed } = this.responsesTo(method, path);
    const response = this.resolve(statuses[answer.status]);
    if (!response) return `no answer has the status ${answer.status}`;
    // It is in the contract, for it may happen; it must not by what is asked.
    if (answer.status === 500) return `500: ${answer.body}`;
    for (const [name, reference] of Object.entries(response.headers ?? {})) {
      const header = this.resolve(reference);
      const given = answer.headers[name.toLowerCase()];
      if (given === undefined) {
        if (header.required || header['x-program-always']) return `there is no header ${name}`;
      } else {
        const fault = this.fault(header.schema, given);
        if (fault) return `header ${name}: ${fault}`;
      }
    }
    if (
      allowed !== undefined &&
      answer.status === 405 &&
      answer.headers.allow.split(', ').sort().join(', ') !== allowed
    ) {
      return `Allow is ${answer.headers.allow}, and the contract has ${allowed}`;
    }
    const content = response.content[media];
    if (!content) return `${answer.status} is not answered with ${media}`;
    return method === 'HEAD' ? null : this.fault(content.schema, value);
  }
}

function escape(text) {
  return text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
}
