package io.loxodrome.experiment;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonNull;
import com.google.gson.JsonObject;
import com.google.gson.JsonParseException;
import com.google.gson.JsonParser;
import com.google.gson.JsonPrimitive;
import com.google.gson.Strictness;
import com.google.gson.stream.JsonReader;
import com.google.gson.stream.JsonToken;
import java.io.IOException;
import java.io.StringReader;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The line of JSON that one finished run is kept as.
 *
 * @param settings of its point
 * @param device it ran on
 * @param result what it came to
 */
record RunLine(Map<String, String> settings, String device, SeedResult result) {
  private static final String SETTINGS = "settings";
  private static final String SEED = "seed";
  private static final String DEVICE = "device";
  private static final String SECONDS = "seconds";
  private static final String SPEED = "images_per_second";
  private static final String MEASURES = "measures";
  private static final String CURVES = "curves";

  /** The key of the run's point. */
  String key() {
    return RunPoint.keyOf(settings);
  }

  /** The line, without an end of line. */
  String json() {
    JsonObject line = new JsonObject();
    JsonObject settingsJson = new JsonObject();
    settings.forEach(settingsJson::addProperty);
    line.add(SETTINGS, settingsJson);
    line.addProperty(SEED, result.seed());
    line.addProperty(DEVICE, device);
    line.addProperty(SECONDS, result.seconds());
    line.addProperty(SPEED, result.imagesPerSecond());
    JsonObject measures = new JsonObject();
    result.measures().forEach(measures::addProperty);
    line.add(MEASURES, measures);
    JsonObject curves = new JsonObject();
    result.curves().forEach((name, curve) -> curves.add(name, array(curve)));
    line.add(CURVES, curves);
    return line.toString();
  }

  private static JsonArray array(List<Double> curve) {
    JsonArray array = new JsonArray();
    curve.forEach(value -> array.add(value.isNaN() ? JsonNull.INSTANCE : new JsonPrimitive(value)));
    return array;
  }

  /**
   * Reads a line.
   *
   * @throws IllegalArgumentException if it is not one that {@link #json} writes; the message says
   *     what is wrong
   */
  static RunLine parse(String text) {
    JsonObject line = object(parsed(text), "the line");
    Map<String, String> settings = new LinkedHashMap<>();
    object(member(line, SETTINGS), SETTINGS)
        .entrySet()
        .forEach(entry -> settings.put(entry.getKey(), string(entry.getValue(), entry.getKey())));
    Map<String, Double> measures = new LinkedHashMap<>();
    object(member(line, MEASURES), MEASURES)
        .entrySet()
        .forEach(entry -> measures.put(entry.getKey(), number(entry.getValue(), entry.getKey())));
    Map<String, List<Double>> curves = new LinkedHashMap<>();
    object(member(line, CURVES), CURVES)
        .entrySet()
        .forEach(entry -> curves.put(entry.getKey(), curve(entry.getValue(), entry.getKey())));
    SeedResult result =
        new SeedResult(
            whole(member(line, SEED)),
            measures,
            curves,
            number(member(line, SECONDS), SECONDS),
            number(member(line, SPEED), SPEED));
    return new RunLine(settings, string(member(line, DEVICE), DEVICE), result);
  }

  private static JsonElement parsed(String text) {
    try (JsonReader json = new JsonReader(new StringReader(text))) {
      json.setStrictness(Strictness.STRICT);
      JsonElement element = JsonParser.parseReader(json);
      if (json.peek() != JsonToken.END_DOCUMENT) {
        throw new IllegalArgumentException("something follows its JSON object");
      }
      return element;
    } catch (IOException | JsonParseException e) {
      throw new IllegalArgumentException("it is no JSON", e);
    }
  }

  private static JsonElement member(JsonObject object, String name) {
    JsonElement member = object.get(name);
    if (member == null) {
      throw new IllegalArgumentException("'" + name + "' is missing");
    }
    return member;
  }

  private static JsonObject object(JsonElement element, String name) {
    if (!element.isJsonObject()) {
      throw new IllegalArgumentException(name + " is no JSON object");
    }
    return element.getAsJsonObject();
  }

  private static String string(JsonElement element, String name) {
    if (!element.isJsonPrimitive() || !element.getAsJsonPrimitive().isString()) {
      throw new IllegalArgumentException("'" + name + "' is no text");
    }
    return element.getAsString();
  }

  private static double number(JsonElement element, String name) {
    if (!element.isJsonPrimitive() || !element.getAsJsonPrimitive().isNumber()) {
      throw new IllegalArgumentException("'" + name + "' is no number");
    }
    return element.getAsDouble();
  }

  private static long whole(JsonElement element) {
    String text = Double.isNaN(number(element, SEED)) ? "" : element.getAsString();
    try {
      return Long.parseLong(text);
    } catch (NumberFormatException e) {
      throw new IllegalArgumentException("'seed' is no whole number of 64 bits", e);
    }
  }

  private static List<Double> curve(JsonElement element, String name) {
    if (!element.isJsonArray()) {
      throw new IllegalArgumentException("'" + name + "' is no JSON array");
    }
    List<Double> curve = new ArrayList<>();
    for (JsonElement value : element.getAsJsonArray()) {
      curve.add(value.isJsonNull() ? Double.NaN : number(value, name));
    }
    return curve;
  }
}
