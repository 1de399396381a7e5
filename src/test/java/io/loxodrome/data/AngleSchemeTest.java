package io.loxodrome.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.loxodrome.tensor.Philox;
import java.math.BigDecimal;
import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

class AngleSchemeTest {
  private static final int DRAWS = 36_000;
  private final Philox random = new Philox(11);

  @Test
  void fixedAnglesAreDrawnEvenly() {
    FixedAngles scheme = new FixedAngles(36);
    int[] counts = new int[36];
    for (int i = 0; i < DRAWS; i++) {
      double s = scheme.sample(random, 2, i);
      int angle = (int) Math.rint(s * 36);
      assertThat(s).isEqualTo(angle / 36.0);
      counts[angle]++;
    }
    for (int count : counts) {
      assertThat(count).isCloseTo(DRAWS / 36, within(150));
    }
  }

  @Test
  void anArcIsDrawnEvenlyAndNotBeyond() {
    Arc scheme = new Arc(0.1);
    int[] counts = new int[10];
    for (int i = 0; i < DRAWS; i++) {
      double s = scheme.sample(random, 2, i);
      assertThat(s).isBetween(0.0, Math.nextDown(0.1));
      counts[(int) (s * 100)]++;
    }
    for (int count : counts) {
      assertThat(count).isCloseTo(DRAWS / 10, within(280));
    }
  }

  @Test
  void drawsDependOnStreamAndIndex() {
    for (AngleScheme scheme : List.of(new FixedAngles(1000), new Arc(1))) {
      double draw = scheme.sample(random, 3, 4);
      assertThat(scheme.sample(random, 3, 4)).isEqualTo(draw);
      assertThat(scheme.sample(random, 4, 4)).isNotEqualTo(draw);
      assertThat(scheme.sample(random, 3, 5)).isNotEqualTo(draw);
      assertThat(scheme.sample(new Philox(12), 3, 4)).isNotEqualTo(draw);
    }
  }

  @Property
  void fixedAnglesSeeExactlyTheGridAnglesTheyHold(
      @ForAll @IntRange(min = 1, max = FixedAngles.MOST) int count,
      @ForAll @IntRange(min = 1, max = 9000) int steps,
      @ForAll @IntRange(min = 0, max = 8999) int step) {
    int k = step % steps;
    boolean exact = (long) k * count % steps == 0;
    assertThat(new FixedAngles(count).seen(k / (double) steps)).isEqualTo(exact);
    assertThat(new FixedAngles(count).seen((float) (k / (double) steps) % 1)).isEqualTo(exact);
  }

  @Property
  void anArcSeesExactlyTheGridAnglesBeforeItsEnd(
      @ForAll @IntRange(min = 1, max = 1000) int thousandths,
      @ForAll @IntRange(min = 0, max = 359) int k) {
    AngleScheme scheme = AngleScheme.parse("arc:" + BigDecimal.valueOf(thousandths, 3));
    boolean exact = k * 1000 < thousandths * 360;
    assertThat(scheme.seen(k / 360.0)).isEqualTo(exact);
    assertThat(scheme.seen(k * (1 / 360.0))).isEqualTo(exact);
    assertThat(scheme.seen((float) (k / 360.0))).isEqualTo(exact);
  }

  @Test
  void aTenthOfTheDefaultGridIsSeen() {
    assertThat(seenOnGrid(new FixedAngles(36))).isEqualTo(36);
    assertThat(seenOnGrid(new Arc(0.1))).isEqualTo(36);
    assertThat(seenOnGrid(new FixedAngles(7))).isEqualTo(1);
    assertThat(seenOnGrid(new Arc(1))).isEqualTo(360);
  }

  @Test
  void roundingJustBelowAFullTurnIsTheStart() {
    double almost = Math.nextDown(1.0);
    assertThat(new FixedAngles(36).seen(almost)).isTrue();
    assertThat(new Arc(0.1).seen(almost)).isTrue();
    assertThat(new FixedAngles(36).seen(0.9999)).isFalse();
    assertThat(new Arc(0.1).seen(0.9999)).isFalse();
  }

  @Test
  void sampledAnglesAreSeen() {
    for (AngleScheme scheme : List.of(new FixedAngles(7), new FixedAngles(1000), new Arc(1))) {
      for (int i = 0; i < 2000; i++) {
        assertThat(scheme.seen(scheme.sample(random, 1, i))).isTrue();
      }
    }
  }

  @Test
  void whatIsNoAngleIsRefused() {
    for (AngleScheme scheme : List.of(new FixedAngles(36), new Arc(0.1))) {
      for (double s : new double[] {Double.NaN, -1e-9, 1, Double.POSITIVE_INFINITY}) {
        assertThatThrownBy(() -> scheme.seen(s))
            .isInstanceOf(IllegalArgumentException.class)
            .hasMessage("angle is " + s + " of a full turn, expected at least 0 and below 1");
      }
    }
  }

  @Test
  void specificationsGoThereAndBack() {
    assertThat(AngleScheme.parse("fixed:36")).isEqualTo(new FixedAngles(36));
    assertThat(AngleScheme.parse("arc:0.1")).isEqualTo(new Arc(0.1));
    for (String spec : List.of("fixed:1", "fixed:1000", "arc:0.1", "arc:0.0001", "arc:1")) {
      assertThat(AngleScheme.parse(spec).spec()).isEqualTo(spec);
    }
    assertThat(AngleScheme.parse("arc:1.0").spec()).isEqualTo("arc:1");
    assertThat(AngleScheme.parse("arc:1e-1").spec()).isEqualTo("arc:0.1");
  }

  @Test
  void unknownSpecificationsListTheKnownForms() {
    for (String spec :
        List.of(
            "", "fixed", "fixed:", "fixed:3.5", "fixed:x", "arc", "arc:NaN", "arc:0.1f", "Arc:1")) {
      assertThatThrownBy(() -> AngleScheme.parse(spec))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessage(
              "unknown angles '"
                  + spec
                  + "', expected fixed:COUNT with COUNT from 1 to 1000 or arc:SHARE with SHARE from"
                  + " 0.0001 to 1");
    }
  }

  @Test
  void numbersOutOfBoundsAreRefused() {
    assertRefused("fixed:0", "number of fixed angles is 0, expected 1 to 1000");
    assertRefused("fixed:-3", "number of fixed angles is -3, expected 1 to 1000");
    assertRefused("fixed:1001", "number of fixed angles is 1001, expected 1 to 1000");
    assertRefused("arc:0", "share of the arc is 0.0, expected 0.0001 to 1");
    assertRefused("arc:1.01", "share of the arc is 1.01, expected 0.0001 to 1");
    assertThatThrownBy(() -> new Arc(Double.NaN))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("share of the arc is NaN, expected 0.0001 to 1");
  }

  private static void assertRefused(String spec, String message) {
    assertThatThrownBy(() -> AngleScheme.parse(spec))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(message);
  }

  private static int seenOnGrid(AngleScheme scheme) {
    int seen = 0;
    for (int k = 0; k < 360; k++) {
      seen += scheme.seen(k / 360.0) ? 1 : 0;
    }
    return seen;
  }
}
