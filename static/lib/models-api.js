// Loading takes as long as reading the model from a disk does, and other calls ask Ollama about every model it has.
const PATIENCE = 900_000;

// The calls of Hearth's API for those who look after the models: see lib/api.js.
export class ModelsApi {
  #api;

  constructor(api) {
    this.#api = api;
  }

  details(name, server) {
    return this.#call('GET', `${path(name)}${at(server)}`, undefined, ['name']);
  }

  // keepAlive: as Ollama takes it; -1 is until it is unloaded.
  load(name, server, keepAlive) {
    return this.#call('POST', `${path(name)}/load`, { keep_alive: keepAlive, ...on(server) });
  }

  // How it still is in memory, where somebody uses it.
  unload(name, server) {
    return this.#call('POST', `${path(name)}/unload`, on(server));
  }

  // A model of another's weights. fields: {name, from, system?, parameters?}
  copy(fields, server) {
    return this.#call('POST', '/api/models', { ...fields, ...on(server) }, ['name']);
  }

  // {freed: bytes}
  delete(name, server) {
    return this.#call('DELETE', `${path(name)}${at(server)}`);
  }

  #call(method, where, body, holds = []) {
    return this.#api.call(method, where, body, { holds, patience: PATIENCE });
  }
}

function path(name) {
  return `/api/models/${encodeURIComponent(name)}`;
}

function at(server) {
  return server ? `?${new URLSearchParams({ server })}` : '';
}

function on(server) {
  return server ? { server } : {};
}
