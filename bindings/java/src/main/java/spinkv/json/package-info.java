/**
 * Codecs for the usual JSON libraries. The libraries are optional: only who uses a codec needs the
 * one that it is for.
 */
package spinkv.json;
