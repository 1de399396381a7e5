package io.loxodrome.cuda.jcuda;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.JarURLConnection;
import java.net.URL;
import java.net.URLConnection;
import java.util.Optional;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;
import java.util.zip.CRC32;
import java.util.zip.CheckedInputStream;

/**
 * A shared library on the class path.
 *
 * @param fileName the last part of its name there
 * @param url where it lies
 * @param size in bytes
 * @param checksum CRC-32 of its content: it tells a whole copy from a broken one, and a jar's
 *     directory has it, so that gigabytes need not be unpacked to know it
 */
record NativeResource(String fileName, URL url, long size, long checksum) {
  /** Looks a resource up by its absolute name, without the leading slash. */
  static Optional<NativeResource> find(String name) {
    URL url = NativeResource.class.getClassLoader().getResource(name);
    if (url == null) {
      return Optional.empty();
    }
    try {
      return Optional.of(describe(name.substring(name.lastIndexOf('/') + 1), url));
    } catch (IOException e) {
      throw new UncheckedIOException("resource " + url + " cannot be read", e);
    }
  }

  private static NativeResource describe(String fileName, URL url) throws IOException {
    URLConnection connection = url.openConnection();
    connection.setUseCaches(false);
    if (connection instanceof JarURLConnection jar) {
      try (JarFile file = jar.getJarFile()) {
        JarEntry entry = file.getJarEntry(jar.getEntryName());
        return new NativeResource(fileName, url, entry.getSize(), entry.getCrc());
      }
    }
    try (InputStream content = connection.getInputStream()) {
      Content read = Content.of(content);
      return new NativeResource(fileName, url, read.size(), read.checksum());
    }
  }

  /** Whether a stream has exactly this resource's content. */
  boolean matches(InputStream stream) throws IOException {
    return Content.of(stream).equals(new Content(size, checksum));
  }

  /** A new stream over the content. */
  InputStream open() throws IOException {
    URLConnection connection = url.openConnection();
    connection.setUseCaches(false);
    return connection.getInputStream();
  }

  private record Content(long size, long checksum) {
    static Content of(InputStream stream) throws IOException {
      CheckedInputStream checked = new CheckedInputStream(stream, new CRC32());
      byte[] buffer = new byte[1 << 16];
      long size = 0;
      for (int read = checked.read(buffer); read >= 0; read = checked.read(buffer)) {
        size += read;
      }
      return new Content(size, checked.getChecksum().getValue());
    }
  }
}
