// What this phone keeps, in IndexedDB: read and written by the pages and by the service worker.

const NAME = "fangwei-phone";
/** Only ever added to: an older page may still run beside a newer worker, and the queue must live through both. */
const VERSION = 1;

export type Drawer = "kept" | "queue";

let opened: Promise<IDBDatabase> | null = null;

function done<T>(request: IDBRequest<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
}

function open(): Promise<IDBDatabase> {
  opened ??= new Promise<IDBDatabase>((resolve, reject) => {
    const request = indexedDB.open(NAME, VERSION);
    request.onupgradeneeded = () => {
      const names = request.result.objectStoreNames;
      if (!names.contains("kept")) request.result.createObjectStore("kept", { keyPath: "key" });
      if (!names.contains("queue")) request.result.createObjectStore("queue", { keyPath: "id" });
    };
    request.onsuccess = () => {
      const database = request.result;
      const gone = () => (opened = null);
      database.onversionchange = () => {
        database.close();
        gone();
      };
      database.onclose = gone;
      resolve(database);
    };
    request.onerror = () => {
      opened = null;
      reject(request.error);
    };
  });
  return opened;
}

async function within<T>(drawer: Drawer, mode: IDBTransactionMode, work: (store: IDBObjectStore) => Promise<T> | T): Promise<T> {
  const database = await open();
  const transaction = database.transaction(drawer, mode);
  const ended = new Promise<void>((resolve, reject) => {
    transaction.oncomplete = () => resolve();
    transaction.onerror = () => reject(transaction.error);
    transaction.onabort = () => reject(transaction.error);
  });
  const result = await work(transaction.objectStore(drawer));
  await ended;
  return result;
}

export function read<T>(drawer: Drawer, key: string): Promise<T | undefined> {
  return within(drawer, "readonly", (store) => done(store.get(key) as IDBRequest<T | undefined>));
}

export function all<T>(drawer: Drawer): Promise<T[]> {
  return within(drawer, "readonly", (store) => done(store.getAll() as IDBRequest<T[]>));
}

/** Written to the disk when this resolves; rejects when the phone has no room or keeps nothing (private window). */
export async function write(drawer: Drawer, value: object): Promise<void> {
  await within(drawer, "readwrite", (store) => done(store.put(value)));
}

/** Change one entry in one transaction; a change that answers null takes it out. Nothing happens if there is none. */
export async function change<T extends object>(drawer: Drawer, key: string, how: (before: T) => T | null): Promise<void> {
  await within(drawer, "readwrite", async (store) => {
    const before = await done(store.get(key) as IDBRequest<T | undefined>);
    if (before === undefined) return;
    const after = how(before);
    await done(after === null ? (store.delete(key) as IDBRequest<unknown>) : (store.put(after) as IDBRequest<unknown>));
  });
}

export async function remove(drawer: Drawer, key: string): Promise<void> {
  await within(drawer, "readwrite", (store) => done(store.delete(key)));
}

export async function empty(drawer: Drawer): Promise<void> {
  await within(drawer, "readwrite", (store) => done(store.clear()));
}
