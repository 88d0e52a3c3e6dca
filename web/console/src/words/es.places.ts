/** Destinos en español: formularios, ajustes y remedios, por sus códigos. El servidor los dice en inglés. */

type LabelAndHelp = readonly [label: string, help: string];

const AUTHORITY: LabelAndHelp = [
  'Autoridad certificadora',
  'En PEM, si el certificado del servidor es de una autoridad propia; entonces no se cree en ninguna otra.',
];
const CREDENTIAL_HELP = 'Basta el permiso de crear objetos; con el de leer, cada documento también se relee.';

/** Por clase. */
export const forms: Record<string, LabelAndHelp> = {
  folder: ['Carpeta', 'Un disco que esta máquina alcanza, o una unidad compartida y montada.'],
  s3: ['Almacenamiento compatible con S3', 'El de Amazon, o un servidor o servicio con la misma interfaz.'],
  azure: ['Azure Blob Storage', 'Un contenedor en una cuenta de almacenamiento.'],
  gcs: ['Google Cloud Storage', 'Un bucket en un proyecto.'],
  sftp: ['Servidor SFTP', 'Una carpeta en una máquina a la que se llega por SSH.'],
  postgres: ['Tabla de PostgreSQL', 'Una fila por documento en una base de datos propia.'],
  webhook: ['Receptor HTTPS', 'Un programa propio que recibe cada documento por POST.'],
};

/** Por clase y ajuste. */
export const fields: Record<string, LabelAndHelp> = {
  'folder.path': ['Ruta completa de la carpeta', 'Desde la raíz; debe existir.'],
  'folder.must_hold': [
    'Un archivo que debe estar',
    'Como uno que usted pone en la unidad compartida: si no está montada, el archivo falta y nada cae por error en el disco de debajo.',
  ],
  's3.bucket': ['Bucket', 'Solo su nombre; debe existir.'],
  's3.region': ['Región', 'Como la llama el proveedor, por ejemplo `eu-central-1`. Muchos servidores propios aceptan `us-east-1`.'],
  's3.access_key': ['Clave de acceso', `De un usuario o rol solo para Sotto. ${CREDENTIAL_HELP}`],
  's3.secret_key': ['Clave secreta', 'Va con la clave de acceso.'],
  's3.endpoint': ['Dirección', 'Solo si no es Amazon: la dirección del servidor con `https://`.'],
  's3.prefix': ['Carpeta en el bucket', 'Los nombres empiezan por ella; déjela vacía si no hay ninguna.'],
  's3.addressing': [
    'Cómo se nombra el bucket en la dirección',
    '`path` lo pone detrás del nombre del servidor, `virtual` delante. Vacío: `virtual` en Amazon, `path` en los demás.',
  ],
  's3.bucket_owner': ['Cuenta dueña del bucket', 'Sus doce cifras. Si el bucket llega a ser de otra cuenta, Amazon se niega a guardar.'],
  's3.kms_key': ['Clave de KMS', 'Su id o ARN. Los objetos se cifran con ella; vacío, como diga el bucket.'],
  's3.ca_pem': AUTHORITY,
  'azure.account': ['Cuenta de almacenamiento', 'Solo su nombre.'],
  'azure.container': ['Contenedor', 'Solo su nombre; debe existir.'],
  'azure.sas': [
    'Firma de acceso compartido',
    'Solo para el contenedor. Basta el permiso de crear; con el de leer, cada documento también se relee.',
  ],
  'azure.access_key': ['Clave de acceso', 'De toda la cuenta: si puede, dé en su lugar una firma de acceso compartido.'],
  'azure.prefix': ['Carpeta en el contenedor', 'Los nombres empiezan por ella; déjela vacía si no hay ninguna.'],
  'azure.endpoint': ['Dirección', 'Solo si la cuenta tiene una propia, con `https://`.'],
  'azure.ca_pem': AUTHORITY,
  'gcs.bucket': ['Bucket', 'Solo su nombre; debe existir.'],
  'gcs.service_account': ['Cuenta de servicio', `Su archivo de clave entero, como lo da Google en JSON. ${CREDENTIAL_HELP}`],
  'gcs.prefix': ['Carpeta en el bucket', 'Los nombres empiezan por ella; déjela vacía si no hay ninguna.'],
  'gcs.endpoint': ['Dirección', 'Solo si hay que ir a otro sitio que el de Google, con `https://`.'],
  'gcs.ca_pem': AUTHORITY,
  'sftp.host': ['Servidor', 'Su nombre o dirección.'],
  'sftp.user': ['Usuario', 'Una cuenta solo para Sotto; mejor una que no pueda más que SFTP.'],
  'sftp.folder': ['Carpeta', 'Su ruta en el servidor; debe existir.'],
  'sftp.private_key': [
    'Clave privada',
    'En el formato de OpenSSH, sin frase de paso; su mitad pública va en el `authorized_keys` del servidor.',
  ],
  'sftp.password': ['Contraseña', 'Solo si el servidor no acepta claves.'],
  'sftp.host_key': ['Clave de host', 'Como la muestra el servidor, una vez comparada su huella. Hasta que esté puesta no se envía nada.'],
  'sftp.port': ['Puerto', 'Vacío, 22.'],
  'postgres.host': ['Servidor', 'Su nombre, como lo dice su certificado.'],
  'postgres.database': ['Base de datos', 'Su nombre; debe existir.'],
  'postgres.user': ['Usuario', 'Un rol solo para Sotto que pueda insertar en la tabla y leer de ella, y nada más.'],
  'postgres.password': ['Contraseña', 'La de ese rol.'],
  'postgres.table': ['Tabla', 'Vacío, `sotto_transcripts`; con su esquema si está en otro, como `records.transcripts`.'],
  'postgres.ca_pem': AUTHORITY,
  'postgres.port': ['Puerto', 'Vacío, 5432.'],
  'webhook.url': ['Dirección', 'La del receptor, con `https://`.'],
  'webhook.secret': ['Secreto de firma', 'Compartido con el receptor; empieza por `whsec_`.'],
  'webhook.receipt_key': [
    'Clave pública del receptor',
    'Empieza por `whpk_`. Si está puesta, los recibos deben ir firmados con su mitad privada; si no, con el secreto de firma.',
  ],
  'webhook.ca_pem': AUTHORITY,
};
