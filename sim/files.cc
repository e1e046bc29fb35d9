#include "sim/files.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdio>
#include <iterator>

#include "sim/at_line.h"

namespace smsweb::sim {
namespace {

constexpr std::size_t kMaxLine = 512;

Result<void> WriteAll(int fd, std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t written = ::write(fd, bytes.data(), bytes.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return FailErrno("write", errno);
    bytes.remove_prefix(static_cast<std::size_t>(written));
  }
  return {};
}

// +CPIN, +CPWD and +CLCK carry PINs.
bool CarriesPin(std::string_view line) {
  const std::string upper = UpperCase(line);
  for (const char* command : {"+CPIN=", "+CPWD=", "+CLCK="}) {
    if (upper.find(command) != std::string::npos) return true;
  }
  return false;
}

char Masked(char c, std::string& line) {
  if (c == '\r' || c == '\n') {
    line.clear();
    return c;
  }
  const bool digit = c >= '0' && c <= '9';
  const bool pin = digit && CarriesPin(line);
  if (line.size() < kMaxLine) line += c;
  return pin ? '*' : c;
}

void AppendReadable(char c, std::string& out) {
  const auto byte = static_cast<unsigned char>(c);
  if (c == '\r') {
    out += "\\r";
  } else if (c == '\n') {
    out += "\\n";
  } else if (c == '\\') {
    out += "\\\\";
  } else if (byte < 0x20 || byte >= 0x7F) {
    fmt::format_to(std::back_inserter(out), "\\x{:02x}", byte);
  } else {
    out += c;
  }
}

}  // namespace

Result<UniqueFd> OpenAppending(const std::string& path) {
  const int fd =
      ::open(path.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
  if (fd < 0) return FailErrno(path, errno);
  return UniqueFd(fd);
}

Result<FileSink> FileSink::Open(const std::string& path) {
  if (path == "-") return FileSink(::fcntl(STDOUT_FILENO, F_DUPFD_CLOEXEC, 3));
  auto fd = OpenAppending(path);
  if (!fd) return std::unexpected(fd.error());
  return FileSink(fd->Release());
}

Result<void> FileSink::Write(std::string_view lines) {
  auto written = WriteAll(fd_.get(), lines);
  if (!written) {
    fmt::print(stderr, "smsweb-sim: records: {}\n", written.error().message);
  }
  return written;
}

void WireTrace::Add(std::string_view modem, Side side, std::string_view bytes,
                    const Instant& now) {
  const char sign = side == Side::kHost ? '<' : '>';
  std::string& line = lines_[std::string(modem) + sign];
  std::string out = fmt::format("{} {} {} ", FormatMicros(now), modem, sign);
  for (const char c : bytes) AppendReadable(Masked(c, line), out);
  out += '\n';
  // A trace that can't be written is no reason to stop.
  static_cast<void>(WriteAll(fd_.get(), out));
}

}  // namespace smsweb::sim
