mod protobuf;
