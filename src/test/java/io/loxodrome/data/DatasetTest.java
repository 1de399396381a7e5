package io.loxodrome.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.loxodrome.ops.Normalization;
import java.util.List;
import org.junit.jupiter.api.Test;

class DatasetTest {
  private final ImageSet train = set("train", 1, 2, 3, 4);

  @Test
  void normalizationComesFromTheTrainingSetAlone() {
    ImageSet brighter = new ImageSet("test", 1, 1, 2, 2, new byte[] {100, 120}, new int[1]);
    ImageSet darker = new ImageSet("train", 1, 1, 2, 2, new byte[] {0, 20}, new int[1]);
    assertThat(Dataset.of("set", darker, brighter).normalization())
        .isEqualTo(ChannelStatistics.of(darker))
        .isNotEqualTo(ChannelStatistics.of(brighter));
  }

  @Test
  void setsThatDoNotFitAreRefused() {
    for (ImageSet other :
        List.of(
            set("test", 2, 2, 3, 4),
            set("test", 1, 3, 3, 4),
            set("test", 1, 2, 4, 4),
            set("test", 1, 2, 3, 5))) {
      assertThatThrownBy(() -> Dataset.of("set", train, other))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessage(
              other
                  + " does not fit train (1 images of 1 x 2 x 3, 4 classes), expected the same"
                  + " shape and classes");
    }
  }

  @Test
  void normalizationOfOtherChannelsIsRefused() {
    Normalization three = new Normalization(List.of(0.1, 0.2, 0.3), List.of(1.0, 1.0, 1.0));
    assertThatThrownBy(() -> new Dataset("set", train, set("test", 1, 2, 3, 4), three))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(
            "normalization has 3 channels, expected 1 as in train (1 images of 1 x 2 x 3, 4"
                + " classes)");
  }

  @Test
  void takesTheFirstImagesOfEachSetAndKeepsTheNormalization() {
    ImageSet three = new ImageSet("train", 1, 1, 1, 2, new byte[] {10, 20, 60}, new int[3]);
    ImageSet one = new ImageSet("test", 1, 1, 1, 2, new byte[] {7}, new int[1]);
    Dataset all = Dataset.of("set", three, one);
    Dataset two = all.take(2);
    assertThat(two.train().pixels()).containsExactly(10, 20);
    assertThat(two.test()).isSameAs(one);
    assertThat(two.normalization()).isEqualTo(all.normalization());
  }

  private static ImageSet set(String name, int channels, int height, int width, int classes) {
    byte[] pixels = new byte[channels * height * width];
    return new ImageSet(name, channels, height, width, classes, pixels, new int[1]);
  }
}
