#include "daemon/traces.h"

#include <map>
#include <string>
#include <utility>

namespace smsweb {

Result<LineDecorator> OpenTraces(const std::vector<ModemConfig>& modems,
                                 const Clock& clock) {
  std::map<std::string, TraceSink> sinks;
  for (const ModemConfig& modem : modems) {
    if (modem.trace.empty() || sinks.contains(modem.trace)) continue;
    auto sink = OpenTrace(modem.trace);
    if (!sink) return std::unexpected(sink.error());
    sinks.emplace(modem.trace, std::move(*sink));
  }
  return [sinks = std::move(sinks), &clock](
             std::unique_ptr<Line> line, const ModemConfig& modem,
             const std::string& device) -> std::unique_ptr<Line> {
    const auto sink = sinks.find(modem.trace);
    if (sink == sinks.end()) return line;
    return TraceLine(std::move(line), modem.name, device, clock, sink->second);
  };
}

}  // namespace smsweb
