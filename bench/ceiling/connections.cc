#include "bench/ceiling/connections.h"

#include <fmt/format.h>

#include <charconv>
#include <fstream>
#include <optional>
#include <sstream>
#include <string>

namespace smsweb::bench {
namespace {

// States in hexadecimal, as in the kernel's include/net/tcp_states.h.
constexpr std::uint32_t kTimeWait = 0x06;
constexpr std::uint32_t kClosed = 0x07;
constexpr std::uint32_t kListen = 0x0A;

std::optional<std::uint32_t> ReadHex(std::string_view text) {
  std::uint32_t number = 0;
  const auto read =
      std::from_chars(text.data(), text.data() + text.size(), number, 16);
  if (read.ec != std::errc() || read.ptr != text.data() + text.size()) {
    return std::nullopt;
  }
  return number;
}

// Of "0100007F:23DC".
std::optional<std::uint32_t> PortOf(std::string_view address) {
  const auto colon = address.rfind(':');
  if (colon == address.npos) return std::nullopt;
  return ReadHex(address.substr(colon + 1));
}

// "sl: local remote state ...".
bool IsConnection(const std::string& line, std::uint16_t port) {
  std::istringstream words(line);
  std::string slot;
  std::string local;
  std::string remote;
  std::string state_word;
  words >> slot >> local >> remote >> state_word;
  const auto state = ReadHex(state_word);
  if (!state || *state == kTimeWait || *state == kClosed || *state == kListen) {
    return false;
  }
  return PortOf(local) == port || PortOf(remote) == port;
}

std::uint64_t Count(std::istream& table, std::uint16_t port) {
  std::uint64_t count = 0;
  for (std::string line; std::getline(table, line);) {
    if (IsConnection(line, port)) ++count;
  }
  return count;
}

}  // namespace

std::uint64_t CountConnections(std::string_view table, std::uint16_t port) {
  std::istringstream lines{std::string(table)};
  return Count(lines, port);
}

std::uint64_t CountConnections(std::uint16_t port,
                               const std::filesystem::path& proc) {
  std::uint64_t count = 0;
  for (const char* table : {"net/tcp", "net/tcp6"}) {
    std::ifstream lines(proc / table);
    count += Count(lines, port);
  }
  return count;
}

Result<void> AwaitCalm(std::uint64_t calm, int patience,
                       const std::function<std::uint64_t()>& count,
                       const std::function<void()>& pause) {
  std::uint64_t last = count();
  for (int left = patience; last > calm; --left) {
    if (left == 0) {
      return Fail(ErrorKind::kUnavailable,
                  fmt::format("the server still holds {} connections of the "
                              "last load, and lets none of them go: look at "
                              "its log",
                              last - calm));
    }
    pause();
    const std::uint64_t now = count();
    if (now != last) left = patience + 1;
    last = now;
  }
  return {};
}

}  // namespace smsweb::bench
