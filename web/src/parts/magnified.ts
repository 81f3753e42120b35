/** How much larger an element stands on the screen than it counts itself: walls show the page magnified (theme.css).
 * Pointer places and bounding boxes are in pixels of the screen, sizes of elements are not. */
export function magnified(element: Element): number {
  return (element as Element & { currentCSSZoom?: number }).currentCSSZoom ?? 1;
}
