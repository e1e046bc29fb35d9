// Serial ports through libserialport, which only ports.cc knows as well.
#include <fmt/format.h>
#include <libserialport.h>
#include <sys/ioctl.h>
#include <termios.h>

#include <cerrno>
#include <utility>

#include "common/line/line_kinds.h"

namespace smsweb {
namespace {

struct PortDeleter {
  void operator()(sp_port* port) const {
    sp_close(port);  // harmless on a port that is not open
    sp_free_port(port);
  }
};
using Port = std::unique_ptr<sp_port, PortDeleter>;

class SerialLine final : public Line {
 public:
  SerialLine(std::string device, Port port, int fd)
      : device_(std::move(device)), port_(std::move(port)), fd_(fd) {}

  int fd() const override { return fd_; }

  Result<std::size_t> Read(std::span<char> buffer) override {
    const int count =
        sp_nonblocking_read(port_.get(), buffer.data(), buffer.size());
    if (count > 0) return static_cast<std::size_t>(count);
    if (count < 0 || HungUp(fd_)) return LineGone(device_);
    return std::size_t{0};
  }

  Result<std::size_t> Write(std::string_view bytes) override {
    const int count =
        sp_nonblocking_write(port_.get(), bytes.data(), bytes.size());
    if (count < 0) return LineGone(device_);
    return static_cast<std::size_t>(count);
  }

 private:
  std::string device_;
  Port port_;
  int fd_;
};

// libserialport's own view of a failure, where errno does not explain it.
std::unexpected<Error> PortError(const std::string& device, sp_return failure) {
  if (failure == SP_ERR_ARG) {
    return Fail(ErrorKind::kInvalid,
                fmt::format("{}: not a serial port", device));
  }
  return DeviceError(device, sp_last_error_code());
}

// libserialport 0.1.1 and 0.1.2 report success for RTS/CTS, and leave CRTSCTS
// as it was.
bool SetRtsCts(sp_port* port, bool on) {
  int fd = -1;
  if (sp_get_port_handle(port, &fd) != SP_OK) return false;
  termios settings{};
  if (::tcgetattr(fd, &settings) != 0) return false;
  settings.c_cflag &= ~static_cast<tcflag_t>(CRTSCTS);
  if (on) settings.c_cflag |= CRTSCTS;
  return ::tcsetattr(fd, TCSANOW, &settings) == 0;
}

sp_return ApplySettings(sp_port* port, const SerialSettings& settings) {
  const bool rts_cts =
      settings.flow_control == SerialSettings::FlowControl::kRtsCts;
  if (settings.baud <= 0) return SP_ERR_ARG;  // it would leave it as it is
  sp_return done = sp_set_baudrate(port, settings.baud);
  if (done == SP_OK) done = sp_set_bits(port, 8);
  if (done == SP_OK) done = sp_set_parity(port, SP_PARITY_NONE);
  if (done == SP_OK) done = sp_set_stopbits(port, 1);
  if (done != SP_OK) return done;
  done = sp_set_flowcontrol(
      port, rts_cts ? SP_FLOWCONTROL_RTSCTS : SP_FLOWCONTROL_NONE);
  if (done != SP_OK) return done;
  // "A terminal is here", for the modems that look. A port may lack these.
  sp_set_dtr(port, SP_DTR_ON);
  if (!rts_cts) sp_set_rts(port, SP_RTS_ON);
  return SetRtsCts(port, rts_cts) ? SP_OK : SP_ERR_FAIL;
}

std::unexpected<Error> SettingsError(const std::string& device,
                                     const SerialSettings& settings) {
  return Fail(
      ErrorKind::kInvalid,
      fmt::format("{}: the port does not take {} baud, 8N1, flow "
                  "control {}",
                  device, settings.baud,
                  settings.flow_control == SerialSettings::FlowControl::kRtsCts
                      ? "rtscts"
                      : "none"));
}

}  // namespace

Result<std::unique_ptr<Line>> OpenSerialLine(const std::string& device,
                                             const std::string& path,
                                             const SerialSettings& settings) {
  sp_port* found = nullptr;
  sp_return done = sp_get_port_by_name(path.c_str(), &found);
  if (done != SP_OK) return PortError(device, done);
  Port port(found);
  done = sp_open(port.get(), SP_MODE_READ_WRITE);
  if (done != SP_OK) return PortError(device, done);
  int fd = -1;
  done = sp_get_port_handle(port.get(), &fd);
  if (done != SP_OK) return PortError(device, done);
  if (const int busy = LockTerminal(fd)) return DeviceError(device, busy);
  ::ioctl(fd, TIOCEXCL);  // nor may those who do not lock
  if (ApplySettings(port.get(), settings) != SP_OK) {
    return SettingsError(device, settings);
  }
  return std::make_unique<SerialLine>(device, std::move(port), fd);
}

}  // namespace smsweb
