import { decoded } from './entities.js';

const LINKS = ['http:', 'https:', 'mailto:'];
const PICTURE = /^data:image\/(?:png|jpeg|gif|webp);base64,[A-Za-z\d+/=]+$/;

// The address of a link as a browser reads it, white space and disguises gone; null if it leads to nowhere that a
// reply may lead. There is no base: an address within this page is none.
export function linkAddress(written) {
  const url = parsed(decoded(written));
  return url && LINKS.includes(url.protocol) ? url.href : null;
}

// What a picture's address is: {data} can be shown, {href, host} is elsewhere, null is nothing of the kind.
export function pictureAddress(written) {
  const address = decoded(written).trim();
  if (PICTURE.test(address)) return { data: address };
  const url = parsed(address);
  return url && ['http:', 'https:'].includes(url.protocol) ? { href: url.href, host: url.host } : null;
}

function parsed(address) {
  try {
    return new URL(address);
  } catch {
    return null;
  }
}
