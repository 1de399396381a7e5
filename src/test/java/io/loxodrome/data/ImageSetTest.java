package io.loxodrome.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class ImageSetTest {
  @Test
  void takesTheFirstImages() {
    ImageSet set =
        new ImageSet("small", 1, 1, 2, 3, new byte[] {1, 2, 3, 4, 5, 6}, labels(2, 0, 1));
    ImageSet two = set.take(2);
    assertThat(two.toString()).isEqualTo("small (2 images of 1 x 1 x 2, 3 classes)");
    assertThat(two.pixels()).containsExactly(1, 2, 3, 4);
    assertThat(two.labels()).containsExactly(2, 0);
    assertThat(set.take(3)).isSameAs(set);
    assertThat(set.take(1000)).isSameAs(set);
    assertThatThrownBy(() -> set.take(0))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("limit on small is 0, expected 1 or more");
  }

  @Test
  void arraysAreNotCopied() {
    byte[] pixels = {7};
    int[] labels = {0};
    ImageSet set = new ImageSet("one", 1, 1, 1, 1, pixels, labels);
    assertThat(set.pixels()).isSameAs(pixels);
    assertThat(set.labels()).isSameAs(labels);
  }

  @Test
  void wrongNumberOfPixelsIsRefused() {
    assertThatThrownBy(() -> new ImageSet("odd", 3, 2, 2, 2, new byte[23], labels(0, 1)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("odd (2 images of 3 x 2 x 2, 2 classes): expected 24 pixels, found 23");
  }

  @Test
  void productsThatOverflowAreNotMistakenForAFit() {
    assertThatThrownBy(() -> new ImageSet("vast", 1 << 16, 1 << 16, 1, 2, new byte[0], labels(0)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageEndingWith("expected 4294967296 pixels, found 0");
  }

  @Test
  void extentsBelowOneAreRefused() {
    assertThatThrownBy(() -> new ImageSet("none", 1, 0, 2, 2, new byte[0], labels(0)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(
            "none (1 images of 1 x 0 x 2, 2 classes): expected every number to be 1 or more");
    assertThatThrownBy(() -> new ImageSet("none", 1, 2, 2, 2, new byte[0], labels()))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith("none (0 images of 1 x 2 x 2, 2 classes)");
  }

  @Test
  void labelsOutOfRangeAreRefused() {
    assertThatThrownBy(() -> new ImageSet("odd", 1, 1, 1, 2, new byte[2], labels(1, 2)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("label of image 1 of odd is 2, expected 0 to 1");
    assertThatThrownBy(() -> new ImageSet("odd", 1, 1, 1, 2, new byte[2], labels(-1, 0)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("label of image 0 of odd is -1, expected 0 to 1");
  }

  private static int[] labels(int... labels) {
    return labels;
  }
}
