/* A photo as it is sent: at most 2000 px on its long side, upright, JPEG. Of the EXIF data only when and where
   it was taken goes along. A file that is no photo, or small enough, or that this browser cannot read, stays as it is; so
   a photo that was made smaller is the same bytes when it is sent again. */
window.shrunk = (() => {
  const LONG_SIDE = 2000, QUALITY = 0.8;
  const PHOTOS = ["image/jpeg", "image/png", "image/webp"];
  const TIMES = [0x0132], MOMENTS = [0x9003, 0x9004, 0x9010, 0x9011, 0x9012], EXIF = 0x8769, GPS = 0x8825;
  const BYTES_OF_TYPE = [0, 1, 1, 2, 4, 8, 1, 1, 2, 4, 8, 4, 8], LONG = 4;

  /* The TIFF part of a JPEG's EXIF data, or null. */
  const notesOf = (jpeg) => {
    for (let at = 2; at + 10 < jpeg.byteLength && jpeg.getUint8(at) === 0xff; ) {
      const marker = jpeg.getUint8(at + 1), length = jpeg.getUint16(at + 2);
      if (marker === 0xda) return null; // the picture begins
      if (marker === 0xe1 && jpeg.getUint32(at + 4) === 0x45786966) {
        return new DataView(jpeg.buffer, at + 10, length - 8); // "Exif"
      }
      at += 2 + length;
    }
    return null;
  };
  /* The entries of the directory at `start` that `wanted` names, or all: tag → {type, count, bytes}. */
  const directory = (notes, little, start, wanted) => {
    const entries = new Map();
    for (let left = notes.getUint16(start, little), at = start + 2; left > 0; left -= 1, at += 12) {
      const tag = notes.getUint16(at, little), type = notes.getUint16(at + 2, little), count = notes.getUint32(at + 4, little);
      const size = (BYTES_OF_TYPE[type] || 0) * count;
      if (!size || (wanted && !wanted.includes(tag))) continue;
      const from = size > 4 ? notes.getUint32(at + 8, little) : at + 8;
      entries.set(tag, { type, count, bytes: new Uint8Array(notes.buffer, notes.byteOffset + from, size) });
    }
    return entries;
  };
  /* Directories one after the other, then what does not fit into their entries: the segment of a JPEG. */
  const segment = (little, image, moments, place) => {
    const pointer = () => ({ type: LONG, count: 1, bytes: new Uint8Array(4) });
    if (moments.size) image.set(EXIF, pointer());
    if (place.size) image.set(GPS, pointer());
    const directories = [image, moments, place].filter((entries) => entries.size);
    let end = 8;
    const starts = directories.map((entries) => { const start = end; end += 6 + 12 * entries.size; return start; });
    for (const [tag, entries] of [[EXIF, moments], [GPS, place]]) {
      if (!entries.size) continue;
      new DataView(image.get(tag).bytes.buffer).setUint32(0, starts[directories.indexOf(entries)], little);
    }
    const outside = (entry) => (entry.bytes.length > 4 ? entry.bytes.length + (entry.bytes.length % 2) : 0);
    const total = directories.reduce((sum, entries) => [...entries.values()].reduce((s, e) => s + outside(e), sum), end);
    if (!directories.length || total + 8 > 0xffff) return null;

    const bytes = new Uint8Array(10 + total), out = new DataView(bytes.buffer, 10);
    const head = new DataView(bytes.buffer);
    head.setUint16(0, 0xffe1);
    head.setUint16(2, 8 + total);
    head.setUint32(4, 0x45786966);
    out.setUint16(0, little ? 0x4949 : 0x4d4d);
    out.setUint16(2, 42, little);
    out.setUint32(4, 8, little);
    directories.forEach((entries, which) => {
      let at = starts[which];
      out.setUint16(at, entries.size, little);
      at += 2;
      for (const [tag, entry] of entries) {
        out.setUint16(at, tag, little);
        out.setUint16(at + 2, entry.type, little);
        out.setUint32(at + 4, entry.count, little);
        if (outside(entry)) out.setUint32(at + 8, end, little);
        bytes.set(entry.bytes, 10 + (outside(entry) ? end : at + 8));
        end += outside(entry);
        at += 12;
      }
    });
    return bytes;
  };
  const whenAndWhere = async (file) => {
    if (file.type !== "image/jpeg") return null;
    try {
      const notes = notesOf(new DataView(await file.slice(0, 1 << 18).arrayBuffer()));
      if (!notes) return null;
      const little = notes.getUint16(0) === 0x4949, first = notes.getUint32(4, little);
      const below = directory(notes, little, first, [EXIF, GPS]);
      const at = (tag) => new DataView(below.get(tag).bytes.slice().buffer).getUint32(0, little);
      return segment(
        little,
        directory(notes, little, first, TIMES),
        below.has(EXIF) ? directory(notes, little, at(EXIF), MOMENTS) : new Map(),
        below.has(GPS) ? directory(notes, little, at(GPS)) : new Map(),
      );
    } catch { return null; } // damaged EXIF data
  };

  const smaller = async (file) => {
    const picture = await createImageBitmap(file); // upright: it follows the photo's orientation
    const scale = LONG_SIDE / Math.max(picture.width, picture.height);
    if (scale >= 1) return file;
    const canvas = document.createElement("canvas");
    canvas.width = Math.round(picture.width * scale);
    canvas.height = Math.round(picture.height * scale);
    const context = canvas.getContext("2d");
    context.imageSmoothingQuality = "high";
    context.fillStyle = "#fff";
    context.fillRect(0, 0, canvas.width, canvas.height);
    context.drawImage(picture, 0, 0, canvas.width, canvas.height);
    picture.close();
    const jpeg = await new Promise((resolve) => { canvas.toBlob(resolve, "image/jpeg", QUALITY); });
    canvas.width = canvas.height = 0; // old phones keep the memory otherwise
    if (!jpeg || jpeg.size >= file.size) return file;
    const notes = await whenAndWhere(file);
    const parts = notes ? [jpeg.slice(0, 2), notes, jpeg.slice(2)] : [jpeg];
    const name = file.type === "image/jpeg" ? file.name : `${file.name.replace(/\.[^.]*$/, "")}.jpg`;
    return new File(parts, name, { type: "image/jpeg", lastModified: file.lastModified });
  };
  return async (file) => {
    if (!PHOTOS.includes(file.type)) return file;
    try { return await smaller(file); } catch { return file; }
  };
})();
