// What models look at is not larger than this; more would only be slow.
const LONGEST = 1568;
const QUALITY = 0.85;
const SMALL = 1024 * 1024;
const PNG = 'image/png';
const JPEG = 'image/jpeg';

// A picture as the API takes it: {type, data (base64), bytes}, upright, without what the camera wrote into it, and not
// larger than a model has use for. Throws where the browser can't show it. It is decoded and made smaller at once,
// beside the main thread: fifty megapixels would stop the page.
export async function preparedPicture(file) {
  const address = URL.createObjectURL(file);
  try {
    const image = await loaded(address);
    const blob = await smaller(file, image);
    return { type: blob.type, data: await base64(blob), bytes: blob.size };
  } finally {
    URL.revokeObjectURL(address);
  }
}

async function smaller(file, image) {
  const { naturalWidth, naturalHeight } = image;
  const scale = Math.min(1, LONGEST / Math.max(naturalWidth, naturalHeight));
  if (scale === 1 && file.size <= SMALL && (await isPNG(file))) return new Blob([file], { type: PNG });
  const width = Math.max(1, Math.round(naturalWidth * scale));
  const height = Math.max(1, Math.round(naturalHeight * scale));
  const bitmap = await decoded(file, width, height);
  const canvas = drawn(bitmap ?? image, width, height);
  bitmap?.close();
  return encoded(canvas, file.type === JPEG);
}

// Tells its size, turned as it is shown.
function loaded(address) {
  return new Promise((resolve, reject) => {
    const image = new Image();
    image.onload = () => (image.naturalWidth ? resolve(image) : reject(new Error('a picture of no size')));
    image.onerror = () => reject(new Error('no picture'));
    image.src = address;
  });
}

// Null where the browser shows the picture, but can't do this with it.
async function decoded(file, resizeWidth, resizeHeight) {
  try {
    const bitmap = await createImageBitmap(file, { resizeWidth, resizeHeight, resizeQuality: 'high' });
    return bitmap.width === resizeWidth && bitmap.height === resizeHeight ? bitmap : null;
  } catch {
    return null;
  }
}

function drawn(picture, width, height) {
  const canvas = globalThis.OffscreenCanvas ? new OffscreenCanvas(width, height) : document.createElement('canvas');
  Object.assign(canvas, { width, height });
  const context = canvas.getContext('2d');
  context.imageSmoothingQuality = 'high';
  context.drawImage(picture, 0, 0, width, height);
  return canvas;
}

// Photographs as JPEG; drawings and screenshots as PNG while that is small, and whatever one can see through.
async function encoded(canvas, photograph) {
  if (photograph) return written(canvas, JPEG);
  const sharp = await written(canvas, PNG);
  return sharp.size <= SMALL || transparent(canvas) ? sharp : written(canvas, JPEG);
}

function transparent(canvas) {
  const { data } = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height);
  for (let place = 3; place < data.length; place += 4) if (data[place] < 255) return true;
  return false;
}

async function written(canvas, type) {
  if (canvas.convertToBlob) return canvas.convertToBlob({ type, quality: QUALITY });
  const blob = await new Promise((resolve) => canvas.toBlob(resolve, type, QUALITY));
  if (!blob) throw new Error('no room for the picture');
  return blob;
}

async function isPNG(file) {
  const [first, ...letters] = new Uint8Array(await file.slice(0, 4).arrayBuffer());
  return first === 0x89 && String.fromCharCode(...letters) === 'PNG';
}

function base64(blob) {
  return new Promise((resolve, reject) => {
    const reader = new FileReader();
    reader.onload = () => resolve(reader.result.slice(reader.result.indexOf(',') + 1));
    reader.onerror = () => reject(reader.error);
    reader.readAsDataURL(blob);
  });
}
