// The three kinds of line, for OpenLine(). `device` is the name the operator
// wrote, and what errors say; `path` is the port behind it.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "common/line/line.h"

namespace smsweb {

Result<std::unique_ptr<Line>> OpenSerialLine(const std::string& device,
                                             const std::string& path,
                                             const SerialSettings& settings);
Result<std::unique_ptr<Line>> OpenPtyLine(const std::string& device,
                                          const std::string& path);
Result<std::unique_ptr<Line>> OpenTcpLine(const std::string& device,
                                          const std::string& host_and_port);

// kUnavailable, with what the operator can do about this errno.
std::unexpected<Error> DeviceError(std::string_view device, int error_number);
std::unexpected<Error> LineGone(std::string_view device);

// Keeps other users of flock() out, such as a second smswebd, root or not:
// EBUSY when one is there already, else 0.
int LockTerminal(int fd);

// True when the other end of a terminal is gone: a read of nothing there, with
// VMIN at 0, does not tell "none now" from "never again".
bool HungUp(int fd);

}  // namespace smsweb
