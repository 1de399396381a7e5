package io.loxodrome.data;

import java.io.BufferedInputStream;
import java.io.Closeable;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.zip.GZIPInputStream;
import java.util.zip.ZipException;

/**
 * Reads one data file, plain or gzip, from front to back and says in one sentence what is wrong
 * with it: file, offset, what was expected and what was found. Offsets in a gzip file are those of
 * its uncompressed content.
 */
final class DataFile implements Closeable {
  private static final int BUFFER = 1 << 16;

  /** Largest array made before any of its bytes was read, so that no header is believed. */
  private static final int FIRST_ALLOCATION = 1 << 20;

  private final Path path;
  private final InputStream in;
  private long offset;

  private DataFile(Path path, InputStream in) {
    this.path = path;
    this.in = in;
  }

  /** Bytes in a file as it lies on the disk. */
  static long size(Path path) throws DatasetException {
    try {
      return Files.size(path);
    } catch (IOException e) {
      throw unreadable(path, 0, e);
    }
  }

  /** Opens a file, through gzip if its name ends in {@code .gz}. */
  static DataFile open(Path path) throws DatasetException {
    try {
      InputStream raw = Files.newInputStream(path);
      return new DataFile(
          path, isCompressed(path) ? uncompressed(raw) : new BufferedInputStream(raw, BUFFER));
    } catch (EOFException e) {
      throw new DatasetException(path + " is truncated: it ends within its gzip header", e);
    } catch (IOException e) {
      throw unreadable(path, 0, e);
    }
  }

  /** The next four bytes, most significant first. */
  int readInt(String what) throws DatasetException {
    return ByteBuffer.wrap(readBytes(Integer.BYTES, what)).getInt();
  }

  /** The next {@code count} bytes; the array grows with what is really there. */
  byte[] readBytes(int count, String what) throws DatasetException {
    byte[] bytes = new byte[Math.min(count, FIRST_ALLOCATION)];
    int done = fill(bytes, 0, bytes.length);
    while (done == bytes.length && done < count) {
      bytes = Arrays.copyOf(bytes, (int) Math.min(count, 2L * done));
      done += fill(bytes, done, bytes.length - done);
    }
    expectAll(done, count, what);
    return bytes;
  }

  /** Reads exactly {@code count} bytes to {@code target[at...]}. */
  void readFully(byte[] target, int at, int count, String what) throws DatasetException {
    expectAll(fill(target, at, count), count, what);
  }

  /** Refuses anything after what was read; for gzip this also checks the checksum. */
  void expectEnd() throws DatasetException {
    int next;
    try {
      next = in.read();
    } catch (EOFException e) {
      throw new DatasetException(
          "%s is truncated: it ends within the gzip trailer after %s"
              .formatted(path, at(path, offset)),
          e);
    } catch (IOException e) {
      throw unreadable(path, offset, e);
    }
    if (next >= 0) {
      throw new DatasetException(
          "%s has trailing bytes at %s, expected its end there".formatted(path, at(path, offset)));
    }
  }

  @Override
  public void close() throws IOException {
    in.close();
  }

  /** Reads until {@code count} bytes are there or the file ends; returns how many it got. */
  private int fill(byte[] target, int at, int count) throws DatasetException {
    int done = 0;
    try {
      while (done < count) {
        int read = in.read(target, at + done, count - done);
        if (read < 0) {
          break;
        }
        done += read;
        offset += read;
      }
    } catch (EOFException e) {
      // The gzip stream breaks off; what was read so far is all there is.
      return done;
    } catch (IOException e) {
      throw unreadable(path, offset, e);
    }
    return done;
  }

  private void expectAll(int found, int expected, String what) throws DatasetException {
    if (found < expected) {
      throw new DatasetException(
          "%s is truncated: %s from %s should take %d bytes, found %d"
              .formatted(path, what, at(path, offset - found), expected, found));
    }
  }

  private static boolean isCompressed(Path path) {
    return path.toString().endsWith(".gz");
  }

  private static InputStream uncompressed(InputStream raw) throws IOException {
    try {
      return new GZIPInputStream(raw, BUFFER);
    } catch (IOException e) {
      raw.close();
      throw e;
    }
  }

  private static String at(Path path, long offset) {
    return (isCompressed(path) ? "uncompressed offset " : "offset ") + offset;
  }

  private static DatasetException unreadable(Path path, long offset, IOException e) {
    if (e instanceof NoSuchFileException) {
      return new DatasetException(path + " is missing", e);
    }
    if (e instanceof AccessDeniedException) {
      return new DatasetException(path + " cannot be read: permission denied", e);
    }
    String complaint = e instanceof ZipException ? "is not valid gzip" : "cannot be read";
    return new DatasetException(
        "%s %s at %s: %s".formatted(path, complaint, at(path, offset), e.getMessage()), e);
  }
}
