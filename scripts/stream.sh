#!/bin/sh
# Writes a live stream into a directory, for `onioncast serve --source dir:DIRECTORY`: your screen and what your
# computer plays, in HLS segments of fragmented MP4. Any other program may write such a directory; all that counts is
# pid.txt (optional), start.txt (optional), stream.m3u8, init.mp4 and stream<N>.m4s.
#
#   sh scripts/stream.sh                      into ./stream
#   STREAM_DIR=/run/live sh scripts/stream.sh
#   HLS_TIME=2 sh scripts/stream.sh           shorter segments, less delay
#
# Every setting below can be given by the environment.
set -eu

: "${STREAM_DIR:=stream}"            # where to write
: "${SCREEN_DISPLAY:=${DISPLAY:-:0.0}}"  # X11 display
: "${SCREEN_SIZE:=1920x1080}"        # of the part of the screen, from its top left corner
: "${SCREEN_OFFSET:=0,0}"            # or from this point
: "${AUDIO_FORMAT:=pulse}"           # FFmpeg's input format for sound; "none" for silence
: "${AUDIO_SOURCE:=default}"         # e.g. NAME.monitor for what the computer plays
: "${HEIGHT:=360}"                   # of the picture; its width follows
: "${FRAMERATE:=30}"
: "${PRESET:=slower}"                # of x264; "veryfast" if the processor does not keep up
: "${VIDEO_BITRATE:=200k}"
: "${AUDIO_BITRATE:=64k}"
: "${HLS_TIME:=10}"                  # seconds in a segment
: "${HLS_LIST_SIZE:=24}"             # segments that are kept
: "${FFMPEG:=ffmpeg}"

command -v "$FFMPEG" >/dev/null 2>&1 || {
  echo "stream.sh: FFmpeg is not installed (looked for $FFMPEG)." >&2
  exit 1
}

mkdir -p "$STREAM_DIR"
cd "$STREAM_DIR"

# Only what an earlier run of this script has written.
clean() {
  rm -f pid.txt start.txt init.mp4 stream.m3u8 stream.m3u8.tmp
  for segment in stream[0-9]*.m4s stream[0-9]*.m4s.tmp; do
    case ${segment%.tmp} in
      stream*[!0-9]*.m4s) ;;
      *) rm -f -- "$segment" ;;
    esac
  done
}

if [ -f pid.txt ]; then
  other=$(cat pid.txt)
  case $other in
    '' | *[!0-9]*) ;;
    *)
      if kill -0 "$other" 2>/dev/null; then
        echo "stream.sh: process $other already writes to $(pwd). Stop it, or delete pid.txt there if it is another program." >&2
        exit 1
      fi
      ;;
  esac
fi

clean

case $AUDIO_FORMAT in
  none) set -- -f lavfi -i anullsrc=channel_layout=mono:sample_rate=48000 ;;
  *) set -- -thread_queue_size 512 -f "$AUDIO_FORMAT" -i "$AUDIO_SOURCE" ;;
esac

echo "$$" >pid.txt
date +%s >start.txt

# The shell becomes FFmpeg, so that pid.txt names the process that writes and a signal reaches it.
# The filter takes away what x264 says about itself inside the picture.
exec "$FFMPEG" -hide_banner -loglevel warning -nostdin \
  -thread_queue_size 512 -f x11grab -framerate "$FRAMERATE" -video_size "$SCREEN_SIZE" \
  -i "$SCREEN_DISPLAY+$SCREEN_OFFSET" \
  "$@" \
  -map 0:v:0 -map 1:a:0 -map_metadata -1 -map_chapters -1 \
  -vf "scale=-2:$HEIGHT,format=yuv420p" \
  -c:v libx264 -preset "$PRESET" -tune zerolatency -b:v "$VIDEO_BITRATE" \
  -r "$FRAMERATE" -g "$FRAMERATE" -keyint_min "$FRAMERATE" -sc_threshold 0 -bsf:v filter_units=remove_types=6 \
  -c:a aac -b:a "$AUDIO_BITRATE" -ac 1 \
  -fflags +bitexact -flags:v +bitexact -flags:a +bitexact \
  -metadata:s:v:0 "encoder= " -metadata:s:a:0 "encoder= " \
  -f hls -hls_time "$HLS_TIME" -hls_list_size "$HLS_LIST_SIZE" -hls_flags delete_segments \
  -hls_segment_type fmp4 -hls_segment_options empty_hdlr_name=1 -hls_fmp4_init_filename init.mp4 -hls_segment_filename 'stream%d.m4s' \
  stream.m3u8
