// A photo made small enough to be taken: in the browser, before it goes over a thin line.

const MOST_BYTES = 8 * 1024 * 1024;
const MOST_SIDE = 6000;
const SENT_SIDE = 2560;

/** The size to which a picture is drawn; null where it may go as it is. Pure. */
export function sizeFor(width: number, height: number, bytes: number): { width: number; height: number } | null {
  if (bytes <= MOST_BYTES && Math.max(width, height) <= MOST_SIDE) return null;
  const scale = Math.min(1, SENT_SIDE / Math.max(width, height));
  return { width: Math.max(1, Math.round(width * scale)), height: Math.max(1, Math.round(height * scale)) };
}

/** The file itself, or a smaller JPEG of it; what the browser cannot read goes as it is and is refused in words. */
export async function shrunk(file: File): Promise<Blob> {
  try {
    const picture = await createImageBitmap(file, { imageOrientation: "from-image" });
    const size = sizeFor(picture.width, picture.height, file.size);
    const known = ["image/jpeg", "image/png", "image/webp"].includes(file.type);
    if (!size && known) return file;
    const canvas = document.createElement("canvas");
    canvas.width = size?.width ?? picture.width;
    canvas.height = size?.height ?? picture.height;
    canvas.getContext("2d")!.drawImage(picture, 0, 0, canvas.width, canvas.height);
    picture.close();
    return await new Promise((done) => canvas.toBlob((blob) => done(blob ?? file), "image/jpeg", 0.86));
  } catch {
    return file;
  }
}
