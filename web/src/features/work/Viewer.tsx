import { ImageViewer } from "antd-mobile";

/** Photos full screen: pinch, pan, swipe. */
export default function Viewer({ images, at, onClose }: { images: string[]; at: number; onClose: () => void }) {
  return <ImageViewer.Multi images={images} defaultIndex={at} visible onClose={onClose} />;
}
