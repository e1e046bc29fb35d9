// Which kind of line a device name means.
#include <fmt/format.h>
#include <limits.h>
#include <stdlib.h>

#include <cerrno>

#include "common/line/line.h"
#include "common/line/line_kinds.h"

namespace smsweb {
namespace {

// by-id names are links, and libserialport wants the port itself.
Result<std::string> ResolveLinks(const std::string& device) {
  char resolved[PATH_MAX];
  if (::realpath(device.c_str(), resolved) == nullptr) {
    return DeviceError(device, errno);
  }
  return std::string(resolved);
}

}  // namespace

Result<std::unique_ptr<Line>> OpenLine(const std::string& device,
                                       const SerialSettings& settings) {
  constexpr std::string_view kTcp = "tcp:";
  if (device.starts_with(kTcp)) {
    return OpenTcpLine(device, device.substr(kTcp.size()));
  }
  const Result<std::string> port = ResolveLinks(device);
  if (!port) return std::unexpected(port.error());
  if (port->starts_with("/dev/pts/")) return OpenPtyLine(device, *port);
  return OpenSerialLine(device, *port, settings);
}

std::unexpected<Error> DeviceError(std::string_view device, int error_number) {
  const auto fail = [&](std::string_view what) {
    return Fail(ErrorKind::kUnavailable, fmt::format("{}: {}", device, what));
  };
  switch (error_number) {
    case ENOENT:
    case ENODEV:
    case ENXIO:
      return fail("no such port: is the modem plugged in and switched on?");
    case EACCES:
    case EPERM:
      return fail(
          "may not be opened: give this user the port's group (usually "
          "dialout)");
    case EBUSY:
    case EWOULDBLOCK:
      return fail(
          "busy: another program holds this port (smswebd, ModemManager?)");
    default:
      return FailErrno(device, error_number);
  }
}

std::unexpected<Error> LineGone(std::string_view device) {
  return Fail(ErrorKind::kUnavailable,
              fmt::format("{}: the line is gone", device));
}

}  // namespace smsweb
