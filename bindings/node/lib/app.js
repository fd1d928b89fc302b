"use strict";

// Apps: which stores there are and where they live; index.d.ts documents them.
const native = require("./native.js");
const { InvalidArgumentError } = require("./errors.js");
const { named } = require("./names.js");
const { openStore, openStoreLater } = require("./store.js");
const { toFlatArray, toOptions, toPath, toRecord } = require("./values.js");

const APP_OPTIONS = [
  "manifest",
  "component",
  "runtimeConfig",
  "stores",
  "stateDir",
  "maxOpenStores",
];

/** What an App is made of; a misspelled manifest must not make one that is granted everything. */
function toAppOptions(options) {
  const given = toRecord(options, "options of an App", '{ manifest: "spin.toml" }');
  return named(given, APP_OPTIONS, "an App has");
}

/** Refuses options where they would have no effect. */
function refuseOptions(options) {
  if (options !== undefined) {
    throw new TypeError(
      "a store of an App has the options it was added with: addStore(label, options), " +
        "or new App({ stores: { label: options } })",
    );
  }
}

let free;

class App {
  #app = native.appNew();
  #promises;

  static {
    free = (app) => native.appFree(app.#app);
  }

  constructor(options = {}) {
    const { manifest, component, runtimeConfig, stores, stateDir, maxOpenStores } =
      toAppOptions(options);
    if (maxOpenStores !== undefined) {
      native.appSetMaxOpenStores(this.#app, maxOpenStores);
    }
    if (manifest !== undefined) {
      native.appLoadManifest(this.#app, toPath(manifest), component);
    } else if (component !== undefined) {
      throw new InvalidArgumentError("a component is one of a manifest's: give the manifest too");
    }
    if (manifest !== undefined || runtimeConfig !== undefined) {
      native.appLoadRuntimeConfig(this.#app, toPath(runtimeConfig));
    }
    for (const [label, options] of Object.entries(toRecord(stores ?? {}, "stores"))) {
      this.addStore(label, options);
    }
    if (stateDir !== undefined) {
      native.appSetStateDir(this.#app, toPath(stateDir));
    }
    for (const warning of this.warnings()) {
      process.emitWarning(warning, "SpinkvWarning");
    }
    native.appCheck(this.#app);
  }

  get promises() {
    return (this.#promises ??= {
      open: async (label, options) => {
        refuseOptions(options);
        return openStoreLater(this.#app, label);
      },
      openDefault: async (options) => {
        refuseOptions(options);
        return openStoreLater(this.#app, "default");
      },
      seed: async (items) =>
        native.promises.seed(this.#app, toFlatArray(items), undefined, undefined, this),
    });
  }

  addStore(label, options = {}) {
    native.appAddStore(this.#app, label, toOptions(options));
  }

  grant(label) {
    native.appGrant(this.#app, label);
  }

  seed(items) {
    native.seed(this.#app, toFlatArray(items));
  }

  stores() {
    const [labels, summaries] = native.appListStores(this.#app);
    return new Map(labels.map((label, index) => [label, summaries[index]]));
  }

  warnings() {
    return native.appListWarnings(this.#app);
  }

  open(label, options) {
    refuseOptions(options);
    return openStore(this.#app, label);
  }

  openDefault(options) {
    refuseOptions(options);
    return openStore(this.#app, "default");
  }
}

/** The app of a store with options of its own. */
function appWith(label, options) {
  const app = new App();
  app.addStore(label, options);
  return app;
}

function open(label, options) {
  if (options === undefined) {
    return openStore(undefined, label);
  }
  const app = appWith(label, options);
  try {
    return app.open(label);
  } finally {
    // Nobody else has it, and it may be long before it is collected.
    free(app);
  }
}

function openDefault(options) {
  return open("default", options);
}

const promises = {
  async open(label, options) {
    if (options === undefined) {
      return openStoreLater(undefined, label);
    }
    const app = appWith(label, options);
    try {
      return await app.promises.open(label);
    } finally {
      free(app);
    }
  },

  async openDefault(options) {
    return promises.open("default", options);
  },
};

module.exports = { App, open, openDefault, promises };
